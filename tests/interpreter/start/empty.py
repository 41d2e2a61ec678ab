# A program of one comment.
