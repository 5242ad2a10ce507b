"""The web pages: citizens' forms, public pages and the officers' page."""
