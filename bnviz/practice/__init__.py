"""What the reader does: questions, exercises, the judge of their answers, and marks."""
