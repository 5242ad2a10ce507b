"""The exceptions of this layer, in one tree: whose fault each is, and whether retrying helps.

BotError
├── ConfigurationError             the administrator's: the start fails with exit code 78 until it is corrected
│   └── OfficeFileMissingError     office.toml is not found, and was before: no statistics are released
├── ImportFileError                the office's: the whole file is refused, and has to be corrected
│   ├── FaqFileError               the file of questions and answers
│   ├── RegisterFileError          the register of old cases
│   │   └── RegisterHeadingsError  it has headings that nobody knows
│   └── EvaluationFileError        the questions of an evaluation
├── AnswerError                    the administrator's at `ita-bot init`: it is asked again
├── BackRequestedError             nobody's: an earlier question of `ita-bot init` is asked again
├── SetupStoppedError              nobody's: `ita-bot init` was left before its end, and goes on when it is run again
├── TerminalInputError             the person's at the terminal: the line has to be typed again
├── UploadError                    the sender's: the body is not read to its end, and a page says why
│   ├── UploadTooLargeError        retrying is useless
│   ├── UnprovenUploadError        retry from a new page
│   ├── SlowUploadError            retrying over a better connection may help
│   └── TooManyUploadsError        ours: retry when others have ended
├── OfficeSilentError              the office's of a roll-up: nobody answers at its place; retried by the next roll-up
├── SiteFetchError                 the site's or the network's: retrying later may help
│   ├── SiteTimeoutError           retrying later may help
│   ├── PageTooLargeError          retrying is useless
│   ├── RedirectsError             retrying is useless
│   └── AddressNotPublicError      the page's: it leads into a private network; retrying is useless
├── FileTooLargeError              a folder's of a roll-up: retrying is useless
├── DirectoryError                 the office's or the ministry's: its entry is not shown until the files agree
├── DemoStepError                  ours: a step of the demo has nothing to act on
├── DecoderUnavailableError        the machine's: no process can be started; retrying may help
├── EncoderMissingError            nobody's: the extra `meaning` is not installed, or another build of it
├── InvalidWebhookBodyError        the sender's: not what LINE sends; retrying is useless
├── UpdateTooLargeError            the sender's: larger than any update of Telegram; retrying is useless
├── PersonNotLockedError           ours: a platform handles an event outside its person's turn
├── UnsendNotSavedError            ours: the platform has to redeliver the event
├── ReleaseError                   a release of the statistics cannot be made
│   ├── CasesWaitingError          nobody's: possible some hours after `[notice] delay` was made shorter
│   ├── CorrectionReasonRequiredError  the officer's: a reason is needed
│   ├── EarlierCutoffError         the officer's: a newer release counts the months to a later day
│   ├── NoReleaseToCorrectError    the officer's: retrying is useless
│   └── ReleaseFilesLostError      the administrator's: the files have to be restored from a backup
├── PublishError                   the target's: retried by the publishing job
├── FloodError                     Telegram's, inside its client only: becomes RetryLaterError
└── TransportError                 a call to a platform failed (`bot/delivery/transport.py`)
    ├── RetryLaterError            rate limit: retry after `retry_after` seconds
    │   ├── QuotaExhaustedError    the month's messages are used up
    │   └── PushHeldBackError      nobody's: they run low, and this one comes with the next reply
    ├── PermanentError             the person left, or the file is gone or too large: retrying is useless
    ├── MessageGoneError           the message no longer exists: retrying is useless
    ├── ReplyTokenUsedError        the token was used or has expired: retrying is useless
    ├── RejectedError              ours: a malformed request; retried a few times, in case it is not our fault
    ├── TokenRefusedError          the administrator's: a wrong token; retried until it is corrected
    ├── UpdatesConflictError       the administrator's: another program takes the updates; retried
    └── PlatformUnavailableError   the platform's or the network's: retried with growing pauses

Each class is in the module that raises it. The exceptions of storage are in `storage/errors.py`.
"""


class BotError(Exception):
    """An error that this layer expects. Its text never contains a person's words, a token or a URL."""


class ImportFileError(BotError):
    """A file of the office cannot be imported. The office has to correct it."""


class ConfigurationError(BotError):
    """A setting, office.toml or a key prevents the start. The administrator has to correct it; exit code 78."""
