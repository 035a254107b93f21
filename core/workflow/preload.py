"""What the fork server imports once, so that a job starts in milliseconds.

Nothing here may start a thread: a child made from a process with threads can hang.
"""

import sklearn.cluster
import sklearn.compose
import sklearn.impute
import sklearn.linear_model
import sklearn.metrics
import sklearn.pipeline
import sklearn.preprocessing  # noqa: F401

import core.workflow.exploring
import core.workflow.outcomes
import core.workflow.tables  # noqa: F401
