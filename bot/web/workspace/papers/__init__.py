"""What the workspace shows of a case beside its view: files, export, slip; and the import of a register."""
