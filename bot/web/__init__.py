"""The web pages: citizens' forms, public pages, the officers' page."""
