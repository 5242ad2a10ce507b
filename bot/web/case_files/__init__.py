"""Files of a case, shown to who may see them: pages, copies, streams, originals."""
