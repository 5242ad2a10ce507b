"""How satisfied reporters are with how their case was handled: counted, and never kept with a case."""
