"""Showing the HTML of a mail within a page of the desk: in a frame that can do nothing."""

from csp.constants import NONE, SELF, UNSAFE_INLINE

__all__ = ["MAIL_POLICY", "SELF", "framed"]

# A mail may style itself and show pictures it carries. Its links open outside the frame.
MAIL_POLICY = {
    "default-src": [NONE],
    "script-src": [NONE],
    "connect-src": [NONE],
    "form-action": [NONE],
    "style-src": [UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "frame-ancestors": [SELF],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


def framed(html: str) -> str:
    """With its links opened outside the frame."""
    return html.replace("<head>", '<head><base target="_blank">', 1)
