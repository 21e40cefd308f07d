"""Shows from elsewhere: drafts of their files, and what has changed there since."""
