"""Tags and filters of the templates of mails."""
