"""The application of this process, for the server to import: settings read once, the database opened once."""

import gc

from app import library
from app.records.database import Database
from app.settings import settings_of_this_process
from app.web.app import create_app

_settings = settings_of_this_process()
library.available()  # reads the catalogues of one's own: what cannot be used stops the start, not a page
library.put_own_tables_in_use()  # in each worker
app = create_app(Database(_settings.database_url, library.catalogue), _settings)

# What is imported by now stays for good: without this every full collection walks through all of it.
gc.collect()
gc.freeze()
# What a page leaves behind is given back soon; it costs no time that can be measured, and a tenth of the memory.
gc.set_threshold(1_000, 5, 5)
