"""What somebody agrees to by subscribing. A text is never edited: a new one gets a version."""

CONSENTS = {
    "2026-11": (
        "I want Hindcast to mail me what I have chosen here, and to keep my address, my choices "
        "and which mails it sent me for that. Nobody else gets them. I can stop the mail, see "
        "all that is kept, and have it erased at any time, through a link in every mail."
    ),
}
CONSENT = "2026-11"
