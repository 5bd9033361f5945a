"""What the columns, tabs and states of the pages of money mean; more of them are in page_words."""

from typing import Final

COLUMNS: Final = {
    "现在何处": "移出的这一笔后来怎样：待学校核实账户、已放回待编批次，或已编入哪个批次。",
    "已移出": "从这个批次移出的明细：谁、什么时候、为什么移出，现在在哪里。",
    "只看疑点": "有疑点的明细，一处疑点可以涉及几笔。",
    "全部明细": "这个批次现有的全部明细，不含已移出的。",
    "已送银行": "已交给银行、没有被退回的金额，含已发放的；减免不经银行，不在内。",
}
