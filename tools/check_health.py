"""Tells a container whether its web server answers; asked as the proxy would ask."""

import http.client
import os
import sys
from urllib.parse import urlsplit

PATH = "/api/v1/health/"
# 503 says that something behind the web server is late: restarting it would not help.
ANSWERS = (200, 503)


def main() -> None:
    host = urlsplit(os.environ["SITE_URL"]).netloc
    headers = {"Host": host, "X-Forwarded-Proto": "https"}
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8000
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=8)
    connection.request("GET", PATH, headers=headers)
    status = connection.getresponse().status
    sys.exit(0 if status in ANSWERS else f"{PATH} answered {status}")


if __name__ == "__main__":
    main()
