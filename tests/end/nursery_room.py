"""Everything that `ita-bot` imports, so that those who are born here need not."""

from bot import (  # noqa: F401
    bootstrap as app,
)
from bot.cli import (  # noqa: F401
    main as cli,
)
from bot.importers import (  # noqa: F401
    consultation_file as announcement,
)
from bot.jobs import (  # noqa: F401
    housekeeping as clock,
)
from bot.jobs import publishing as rounds  # noqa: F401
from bot.platforms import (  # noqa: F401
    terminal,
)
from bot.publishing import (  # noqa: F401
    releases,
)
from bot.statistics import (  # noqa: F401
    tables as statistics,
)
