"""Papers: data in, (file name, media type, bytes) out. They ask the database for nothing and change nothing."""
