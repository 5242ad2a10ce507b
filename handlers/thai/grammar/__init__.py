"""The grammar of short replies: particles, everyday spellings and dialects, composed requests, reasons, the parser."""
