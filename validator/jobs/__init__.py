"""Work that goes on without a request: syncs by schedule, and what is done each night. `engine` hides the library."""
