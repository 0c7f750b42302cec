"""Chinese provinces, prefectures and well-known county cities by their GB/T 2260 codes, to read places off names."""

from __future__ import annotations

import re

# Two digits of the province, its long name, then its prefectures; codes run on from 01, `=NN` restarts the count.
_TABLE = """
11 北京|
12 天津|
13 河北|石家庄 唐山 秦皇岛 邯郸 邢台 保定 张家口 承德 沧州 廊坊 衡水
14 山西|太原 大同 阳泉 长治 晋城 朔州 晋中 运城 忻州 临汾 吕梁
15 内蒙古|呼和浩特 包头 乌海 赤峰 通辽 鄂尔多斯 呼伦贝尔 巴彦淖尔 乌兰察布 =22 兴安 =25 锡林郭勒 =29 阿拉善
21 辽宁|沈阳 大连 鞍山 抚顺 本溪 丹东 锦州 营口 阜新 辽阳 盘锦 铁岭 朝阳 葫芦岛
22 吉林|长春 吉林 四平 辽源 通化 白山 松原 白城 =24 延边
23 黑龙江|哈尔滨 齐齐哈尔 鸡西 鹤岗 双鸭山 大庆 伊春 佳木斯 七台河 牡丹江 黑河 绥化 =27 大兴安岭
31 上海|
32 江苏|南京 无锡 徐州 常州 苏州 南通 连云港 淮安 盐城 扬州 镇江 泰州 宿迁
33 浙江|杭州 宁波 温州 嘉兴 湖州 绍兴 金华 衢州 舟山 台州 丽水
34 安徽|合肥 芜湖 蚌埠 淮南 马鞍山 淮北 铜陵 安庆 =10 黄山 滁州 阜阳 宿州 =15 六安 亳州 池州 宣城
35 福建|福州 厦门 莆田 三明 泉州 漳州 南平 龙岩 宁德
36 江西|南昌 景德镇 萍乡 九江 新余 鹰潭 赣州 吉安 宜春 抚州 上饶
37 山东|济南 青岛 淄博 枣庄 东营 烟台 潍坊 济宁 泰安 威海 日照 =13 临沂 德州 聊城 滨州 菏泽
41 河南|郑州 开封 洛阳 平顶山 安阳 鹤壁 新乡 焦作 濮阳 许昌 漯河 三门峡 南阳 商丘 信阳 周口 驻马店
42 湖北|武汉 黄石 十堰 =05 宜昌 襄阳 鄂州 荆门 孝感 荆州 黄冈 咸宁 随州 =28 恩施
43 湖南|长沙 株洲 湘潭 衡阳 邵阳 岳阳 常德 张家界 益阳 郴州 永州 怀化 娄底 =31 湘西
44 广东|广州 韶关 深圳 珠海 汕头 佛山 江门 湛江 茂名 =12 肇庆 惠州 梅州 汕尾 河源 阳江 清远 东莞 中山 =51 潮州 揭阳 云浮
45 广西|南宁 柳州 桂林 梧州 北海 防城港 钦州 贵港 玉林 百色 贺州 河池 来宾 崇左
46 海南|海口 三亚 三沙 儋州
50 重庆|
51 四川|成都 =03 自贡 攀枝花 泸州 德阳 绵阳 广元 遂宁 内江 乐山 =13 南充 眉山 宜宾 广安 达州 雅安 巴中 资阳 =32 阿坝 甘孜 凉山
52 贵州|贵阳 六盘水 遵义 安顺 毕节 铜仁 =23 黔西南 =26 黔东南 黔南
53 云南|昆明 =03 曲靖 玉溪 保山 昭通 丽江 普洱 临沧 =23 楚雄 =25 红河 文山 =28 西双版纳 大理 =31 德宏 =33 怒江 迪庆
54 西藏|拉萨 日喀则 昌都 林芝 山南 那曲 =25 阿里
61 陕西|西安 铜川 宝鸡 咸阳 渭南 延安 汉中 榆林 安康 商洛
62 甘肃|兰州 嘉峪关 金昌 白银 天水 武威 张掖 平凉 酒泉 庆阳 定西 陇南 =29 临夏 甘南
63 青海|西宁 海东 =22 海北 黄南 =25 海南州 果洛 玉树 海西
64 宁夏|银川 石嘴山 吴忠 固原 中卫
65 新疆|乌鲁木齐 克拉玛依 =04 吐鲁番 哈密 =23 昌吉 =27 博尔塔拉 巴音郭楞 阿克苏 克孜勒苏 喀什 =32 和田 =40 伊犁 =42 塔城 阿勒泰
71 台湾|
81 香港|
82 澳门|
"""

# County cities that stand in company names as often as their prefecture does.
_COUNTY_CITIES = {
    "3202": "江阴 宜兴",
    "3204": "溧阳",
    "3205": "昆山 张家港 常熟 太仓 吴江",
    "3206": "海门 启东 如皋 海安",
    "3209": "东台",
    "3210": "仪征 高邮",
    "3211": "丹阳 扬中 句容",
    "3212": "靖江 泰兴 兴化",
    "3301": "萧山 余杭 富阳 临安 建德",
    "3302": "慈溪 余姚 奉化 象山 宁海",
    "3303": "乐清 瑞安 龙港 苍南 永嘉",
    "3304": "桐乡 海宁 平湖 嘉善 海盐",
    "3305": "德清 长兴 安吉",
    "3306": "诸暨 嵊州 上虞 柯桥",
    "3307": "义乌 永康 东阳 兰溪",
    "3310": "温岭 临海 玉环",
    "3501": "福清 长乐",
    "3505": "晋江 石狮 南安",
    "3702": "即墨 胶州 莱西",
    "3706": "龙口 莱州 招远",
    "3707": "寿光 诸城 青州 高密",
    "4406": "顺德 南海",
    "4101": "巩义 新郑 荥阳",
    "4290": "仙桃 潜江 天门",
}

MUNICIPALITIES = frozenset({"11", "12", "31", "50", "71", "81", "82"})
_ENDINGS = (
    "省",
    "市",
    "自治区",
    "壮族自治区",
    "回族自治区",
    "维吾尔自治区",
    "特别行政区",
    "地区",
    "州",
    "盟",
    "县",
    "区",
    "自治州",
)
# Everyday words that open brands (永康大药房, 阿里健康) or name two places: they count only with their ending.
_ONLY_WITH_ENDING_LIST = (
    "朝阳 海南州 白山 长乐 南海 安顺 长兴 白银 阿里 海北 黄南 永康 宁海 泰兴 兴化 福清 海安 建德 安康 兴安"
)
_ONLY_WITH_ENDING = frozenset(_ONLY_WITH_ENDING_LIST.split())


def _codes() -> dict[str, str]:
    """Short place name → code of four digits, or two for a province or municipality."""
    codes: dict[str, str] = {}
    for line in _TABLE.strip().splitlines():
        head, _, places = line.partition("|")
        province, name = head.split()
        position = 0
        for place in places.split():
            if place.startswith("="):
                position = int(place[1:]) - 1
                continue
            position += 1
            codes.setdefault(place, f"{province}{position:02d}")
        codes[name] = province
    for code, places in _COUNTY_CITIES.items():
        for place in places.split():
            codes.setdefault(place, code)
    return codes


def _prefixes() -> dict[str, str]:
    prefixes: dict[str, str] = {}
    for name, code in _codes().items():
        if name not in _ONLY_WITH_ENDING:
            prefixes[name] = code
        for ending in _ENDINGS:
            prefixes[name + ending] = code
    return prefixes


PREFIXES = _prefixes() | {"海北藏族": "6322", "黄南藏族": "6323", "海南藏族": "6325"}
# 红河|哈尼族彝族自治州
_AUTONOMOUS = re.compile("[\u4e00-\u9fff]{0,10}?自治[州县旗]")


def _lengths() -> dict[str, list[int]]:
    """By its first two characters: the lengths to try, longest first."""
    lengths: dict[str, set[int]] = {}
    for name in PREFIXES:
        lengths.setdefault(name[:2], set()).add(len(name))
    return {opening: sorted(found, reverse=True) for opening, found in lengths.items()}


_LENGTHS = _lengths()
NAMES = {code: name for name, code in reversed(_codes().items())}


def leading(text: str) -> tuple[str, int]:
    """Code and length of the place that `text` begins with, longest first; ("", 0) where there is none."""
    for length in _LENGTHS.get(text[:2], ()):
        code = PREFIXES.get(text[:length])
        if code is not None and length <= len(text):
            if "自治" in text:
                people = _AUTONOMOUS.match(text, length)
                length = people.end() if people else length
            return code, length
    return "", 0


def city_of(division: str) -> str:
    """The part of a division code at which company names are unique: the city, or a municipality as a whole."""
    digits = division[:6]
    return digits[:2] if digits[:2] in MUNICIPALITIES else digits[:4].removesuffix("00")
