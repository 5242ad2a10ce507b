"""What can go wrong in this layer, in one tree: whose fault it is, and whether trying again helps.

BotError
├── ConfigurationError             the administrator's: the start stops with exit code 78 until it is mended
├── ImportFileError                the office's: the file is refused whole, and is to be mended
│   ├── FaqFileError               the file of questions and answers
│   ├── RegisterFileError          the register of old cases
│   └── EvaluationFileError        the questions of an evaluation
├── TerminalInputError             the person's at the terminal: the line is typed again
├── UploadError                    the sender's: the body is not read to its end, a page says why
│   ├── UploadTooLargeError        trying again changes nothing
│   ├── SlowUploadError            trying again over a better connection may help
│   └── TooManyUploadsError        ours: try again when others have ended
├── InvalidWebhookBodyError        the sender's: not what LINE sends; trying again changes nothing
├── UpdateTooLargeError            the sender's: larger than any update of Telegram's; trying again changes nothing
├── UnsendNotSavedError            ours: the platform is to bring the event again
├── ReleaseError                   a release of the statistics cannot be made
│   ├── CorrectionReasonRequiredError  the officer's: to be given a reason
│   ├── NoReleaseToCorrectError    the officer's: trying again changes nothing
│   └── ReleaseFilesLostError      the administrator's: the files are to be put back from a backup
├── PublishError                   the place's: it is tried again by the clock
├── FloodError                     Telegram's, within its client only: becomes RetryLaterError
└── TransportError                 a platform did not do what it was asked (`bot/delivery/transport.py`)
    ├── RetryLaterError            we were too fast: try again after `retry_after` seconds
    │   └── QuotaExhaustedError    the month's messages are used up
    ├── PermanentError             the person left, or the file is gone or too large: trying again changes nothing
    ├── MessageGoneError           the message is not there any more: trying again changes nothing
    ├── ReplyTokenUsedError        the token was used or is too old: trying again changes nothing
    ├── RejectedError              ours: what we sent is refused; tried a few times more, in case it is not ours
    ├── TokenRefusedError          the administrator's: a token is wrong; tried again for when it was mended
    ├── UpdatesConflictError       the administrator's: another program takes the updates; tried again
    └── PlatformUnavailableError   the platform's, or the way to it: tried again with pauses that grow

Each class stands in the module that raises it. What storage raises is drawn in `storage/errors.py`.
"""


class BotError(Exception):
    """Something that this layer foresees. Its text never holds a person's words, a token or an address."""


class ImportFileError(BotError):
    """A file that an office brought cannot be taken. The office's to mend."""
