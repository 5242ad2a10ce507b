"""Reading and writing Thai: what people type is cleaned, compared and read as days in this room only."""
