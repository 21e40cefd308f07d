"""Message ids and arguments to sentences, dates and names in the reader's language."""
