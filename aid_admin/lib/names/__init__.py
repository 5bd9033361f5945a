"""Names of persons: keys, variants, initials."""

from aid_admin.lib.names.keys import key, weak_key
from aid_admin.lib.names.pinyin import initials
from aid_admin.lib.names.variants import Comparison, Likeness, compare

__all__ = ["Comparison", "Likeness", "compare", "initials", "key", "weak_key"]
