"""What is read of the pages of a website, in a process of its own."""
