"""What the fork server imports once, so that a job starts in milliseconds.

The only threads these imports start are those of BLAS and of Arrow's allocator, which are made to survive
a fork. Nothing here may start another one, or compute: a child of a process with other threads can hang.
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
