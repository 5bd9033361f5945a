"""A school clerk who is logged in."""

import pytest


@pytest.fixture
def clerk(staff, schools):
    return staff("school_clerk", schools[0])


@pytest.fixture
def client(clerk, log_in):
    return log_in(clerk)
