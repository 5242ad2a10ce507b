"""Everything that `ita-bot` imports, so that those who are born here need not."""

from bot import (  # noqa: F401
    announcement,
    app,
    cli,
    clock,
    exporting,
    importing,
    library,
    people,
    releases,
    serving,
    statistics,
    terminal,
)
from bot.publish import rounds  # noqa: F401
