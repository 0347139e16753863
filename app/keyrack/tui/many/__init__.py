"""Acting on several servers: marks, tasks over the marked, and their summaries."""
