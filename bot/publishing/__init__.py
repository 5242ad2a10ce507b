"""Publishing: releases on our own site, in a folder, in WordPress, by the clock."""
