"""Text of documents of Office 97 to 2003, by the published descriptions of their formats."""
