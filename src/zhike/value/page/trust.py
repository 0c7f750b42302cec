"""How each part is computed, and when not to trust it; in both languages, for the same reader."""

from __future__ import annotations

from .words import Pair

COMPUTED: dict[str, Pair] = {
    "pyramid": (
        "按时段内金额从高到低排名：前 1% 为顶端，其后 4% 高端，15% 中端，其余 80% 底端；人数向上取整，"
        "金额相同按客户编号。黑线是参照占比 40 / 25 / 15 / 20，只作对照，不强求。",
        "Customers ranked by money of the period: the first 1% are the top, the next 4% high, 15% middle, the "
        "other 80% base; head counts are rounded up, ties go by customer number. The black mark is the guide 40 "
        "/ 25 / 15 / 20: something to compare with, not a target.",
    ),
    "concentration": (
        "前 k% 的人数在这里向下取整（金字塔向上取整，可能多一位）。曲线从最小的客户累加起，离斜线越远越集中；"
        "基尼系数 0 为人人相等，1 为一家独占。ABC：累计金额到 55% 为 A，到 85% 为 B，其余为 C。",
        "Head counts of the first k% are rounded down here, and up in the pyramid, which may have one more. The "
        "curve adds up from the smallest customer; the farther it bends from the straight line, the fewer carry "
        "the rest. Gini 0 is all equal, 1 is one customer alone. ABC: up to 55% of cumulated money A, up to 85% B, "
        "the rest C.",
    ),
    "bridge": (
        "同一客户两期金额相减，按来去归到一类：第一次购买在本期为“新”，更早买过、上期没买为“回来”，"
        "两期都买按增减，上期买过而本期没买为“不再购买”。各步相加等于本期。",
        "Each customer's money of the two periods is subtracted and falls to one cause: first ever purchase in "
        "the last period is new; bought earlier but not in the period before is returned; bought in both is more "
        "or less; bought before and not since is stopped. The steps add up exactly.",
    ),
    "migration": (
        "两期各做一次金字塔，再看同一客户的两个层级。格内：人数，与金额变化（本期减上期）；颜色只看金额变化。",
        "A pyramid for each period, then each customer's two levels. In a cell: how many, and the change of "
        "their money (now minus then); the colour is the money.",
    ),
    "thinning": (
        "只和客户自己比：距上次购买超过他自己间隔的第 90 百分位（“迟了”），或最近两次间隔都超过以往中位数的 1.5 "
        "倍（“慢了”）；超过半年没来的已经走了，见赢回名单。同一天的订单算一次。按末次购买前一年的购买额排序。",
        "Each is compared with itself only: the days since its last purchase exceed the 90th percentile of its "
        "own gaps (late), or its last two gaps both exceed 1.5 times the median before (slower); who has not been "
        "seen for half a year has gone, and is to be won back. Orders of one day count once. Ranked by what it bought in "
        "the year up to its last purchase.",
    ),
    "win-back": (
        "名单：超过半年（180 天）没来，并且超过自己平常间隔一倍半的；没到这条线的算“来得少了”，不在这里。"
        "按最后一年的购买额排序，至多列 50 位。",
        "On the list: not seen for more than half a year (180 days) and for more than one and a half of their own gaps; "
        "who is still within that is thinning out, and not here. Ranked by what their last year brought; at most 50.",
    ),
    "ranking": (
        "每一项各排一次名次，换成 0–100 的得分再加权平均（销售额取各自末次购买前的一年，权重加倍）；间隔越短得分越高，"
        "文件里有到期日和收款日时，逾期越少得分也越高（每笔按金额加权）。前 20%（人数向上取整）为重点。",
        "Each measure is ranked by itself, ranks become points from 0 to 100 and are averaged (sales of the year up to "
        "the last purchase weigh double); a shorter gap earns more and, where the file has days due and paid, so do fewer days "
        "overdue (each line weighing by its money). The first 20% (rounded up) are key.",
    ),
    "rfm": (
        "R 距上次购买天数，F 订单数，M 金额；各按五分位打 1–5 分，4 分起为“高”，高低组合成八类。相同数值同分。",
        "R days since the last order, F orders, M money; each scored 1 to 5 by quintiles, 4 and 5 are high, and "
        "high or low of each makes eight classes. Equal values share a score.",
    ),
    "lifecycle": (
        "流失：未购天数超过三倍自己的间隔且超过 365 天；退化：近两季比前两季少 10% 以上、或连降三季、"
        "或超过两倍间隔未购；考察：不足三单或资历尚浅；形成：增长超过 10%；稳定：满四季且保持高点的 80%。"
        "圆的大小是人数。",
        "Lost: idle for more than three own gaps and more than 365 days. Declining: the last two quarters 10% "
        "below the two before, or falling three in a row, or idle for two gaps. Exploring: fewer than three "
        "orders, or new. Building: up by more than 10%. Stable: a year old and at 80% of its best. Discs show "
        "how many customers.",
    ),
    "lifetime": (
        "BG/NBD、MBG/NBD、Pareto/NBD 三个复购模型各自学习前一段历史，预测后一段，平均误差最小者当选，"
        "再用全部历史重估；必须胜过“照过去的频率照搬”。金额用 Gamma-Gamma，按每月 1% 贴现，计十二个月。"
        "区间：对客户有放回地抽样一百次（客户超过六万时四十次），两个模型各自重估，再加上客户自身的偶然；单个客户的区间只是期望值的区间。",
        "Three models of repeat purchase (BG/NBD, MBG/NBD, Pareto/NBD) learn the first part of history and "
        "forecast the rest; the one that errs least is fitted again on all of it. It must beat simply repeating "
        "each customer's past rate. Money by gamma-gamma, discounted at 1% a month, over twelve months. Bounds: both models "
        "refitted on a hundred draws of customers with replacement (forty where there are more than 60,000), and the customers' own "
        "luck on top; those of one customer are of what is expected of it only.",
    ),
    "forecast": (
        "逐月金额；指数平滑、霍尔特、Theta 等方法从最近几个起点各预测一次，与“照搬上一期（或去年同期）”相比，"
        "误差最小者当选；都输给照搬时就照搬。竖线是九成把握的区间。没有结束的月份不参与。",
        "Money by month. Smoothing, Holt, Theta and others forecast from the last few origins and are compared "
        "with repeating the last month (or the same month a year ago); the least error wins, and where all lose, "
        "repeating is what is done. Upright lines span nine chances in ten. A month that is not over is left out.",
    ),
}

DOUBTS: dict[str, Pair] = {
    "pyramid": (
        "新客户不足一年会排得偏低；一次性大单会排得偏高。层级说的是过去的购买，不是潜力，"
        "也不是利润（文件里没有成本）。",
        "Customers won less than a year ago rank too low, one-off orders too high. Levels tell what was bought, "
        "not potential, and not profit: the file has no costs.",
    ),
    "concentration": (
        "基尼系数与曲线只算合计为正的客户。同一家公司若以几个编号出现，集中度会被低估，请先合并重复客户。",
        "Gini and the curve are of customers with a positive total. Where one company has several numbers, concentration is "
        "understated: merge duplicates first.",
    ),
    "bridge": (
        "“新”指文件里第一次出现；文件开始之前的老客户会被当作新客户。",
        "New means first seen in the file: customers from before the file begins count as new.",
    ),
    "migration": (
        "层级按名次，不按金额：别人涨得更多，自己不变也会降层。",
        "Levels are ranks: who stays the same while others grow slips a level.",
    ),
    "thinning": (
        "买过三天以内的客户没有节奏，不在表中；季节性客户淡季会误报；客户换了编号会像流失。",
        "Who bought on three days or fewer has no rhythm and is not judged; seasonal buyers raise false alarms "
        "out of season; a customer with a new number looks as if it had left.",
    ),
    "win-back": (
        "文件不知道为什么走：倒闭、搬迁、并购的客户赢不回来，先核实再打。",
        "The file does not know why they left: who closed or moved cannot be won back. Check before calling.",
    ),
    "ranking": (
        "权重是约定的；若贵司更看重其中一项，名次会变。逾期、利润、潜力不在文件里。",
        "The weights are a convention; where one measure matters more to you, places change. Payment delay, "
        "profit and potential are not in the file.",
    ),
    "ranking-owed": (
        "权重是约定的；若贵司更看重其中一项，名次会变。利润、潜力不在文件里。逾期按文件里的到期日和收款日算，"
        "部分收款、抵扣和争议款看不出来：催款前先与财务核对。",
        "The weights are a convention; where one measure matters more to you, places change. Profit and potential are not in "
        "the file. What is overdue goes by the days due and paid in the file, which know nothing of part payments, set-offs and "
        "disputes: ask accounting before you remind anybody.",
    ),
    "rfm": (
        "分档是相对的：总有一批人“最差”。购买次数很少的行业，F 的各档人数会很不均。",
        "Scores are relative: somebody is always worst. Where most buy once or twice, the steps of F are very uneven.",
    ),
    "lifecycle": (
        "历史不足两年时，“已流失”和“稳定期”都偏少；季节性生意会被误判为退化。",
        "With less than two years of history both lost and stable are too few; seasonal trade looks like decline.",
    ),
    "cohorts": (
        "文件开始之前的老客户会混进最早的一群，使它显得格外忠诚；小于 30 人的群，百分比跳动很大。",
        "Customers from before the file begins fall into the first group and make it look loyal; groups of fewer "
        "than 30 jump.",
    ),
    "lifetime": (
        "只含复购，不含还没来的新客户；是毛额，不是利润；促销、涨价、断货、季节都不在模型里。"
        "单个客户的数只宜排序，合计才宜做计划。",
        "Repeat purchases of those who are customers already, not of those to come; money, not profit; "
        "campaigns, prices and seasons are unknown to it. Use a single customer's figure for ranking, the total "
        "for planning.",
    ),
    "forecast": (
        "不足两年看不出季节；没有计划中的活动、新品与大单。",
        "Below two years seasons are invisible; planned campaigns, new products and single large orders are "
        "unknown to it.",
    ),
    "baskets": (
        "一起买不等于因为：成套、促销、同一货架都会造成。先小范围推荐，看多卖了多少。",
        "Together is not because: sets, campaigns and shelves do it too. Offer to a few first and see what it adds.",
    ),
    "reading": (
        "如果上面的猜测有一条不对，整份报告都要重做：用 --customer、--date、--amount 等指明列名再跑一次。",
        "If one of these guesses is wrong, so is the report: run it again with --customer, --date, --amount and so on.",
    ),
}
