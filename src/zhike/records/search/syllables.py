"""Pinyin as people type it: whole syllables, initials, or both in one word ("lvyejd", "hzlvye")."""

import re
from typing import Final

_SYLLABLES: Final = (
    "zhuang|chuang|shuang|zhuai|zhuan|chuai|chuan|shuai|shuan|zhang|zheng|zhong|chang|cheng|chong|shang|sheng|jiang|jiong|"
    "qiang|qiong|xiang|xiong|liang|niang|guang|kuang|huang|bang|beng|bian|biao|bing|pang|peng|pian|piao|ping|mang|meng|"
    "mian|miao|ming|fang|feng|dang|deng|dian|diao|ding|dong|duan|tang|teng|tian|tiao|ting|tong|tuan|nang|neng|nian|niao|"
    "ning|nong|nuan|lang|leng|lian|liao|ling|long|luan|gang|geng|gong|guai|guan|kang|keng|kong|kuai|kuan|hang|heng|hong|"
    "huai|huan|zhai|zhan|zhao|zhei|zhen|zhou|zhua|zhui|zhun|zhuo|chai|chan|chao|chen|chou|chua|chui|chun|chuo|shai|shan|"
    "shao|shei|shen|shou|shua|shui|shun|shuo|rang|reng|rong|ruan|zang|zeng|zong|zuan|cang|ceng|cong|cuan|sang|seng|song|"
    "suan|jian|jiao|jing|juan|qian|qiao|qing|quan|xian|xiao|xing|xuan|yang|ying|yong|yuan|wang|weng|bai|ban|bao|bei|ben|"
    "bie|bin|pai|pan|pao|pei|pen|pie|pin|pou|mai|man|mao|mei|men|mie|min|miu|mou|fan|fei|fen|fou|dai|dan|dao|dei|den|die|"
    "diu|dou|dui|dun|duo|tai|tan|tao|tie|tou|tui|tun|tuo|nai|nan|nao|nei|nen|nie|nin|niu|nou|nuo|nve|lai|lan|lao|lei|lia|"
    "lie|lin|liu|lou|lun|luo|lve|gai|gan|gao|gei|gen|gou|gua|gui|gun|guo|kai|kan|kao|ken|kou|kua|kui|kun|kuo|hai|han|hao|"
    "hei|hen|hou|hua|hui|hun|huo|jia|jie|jin|jiu|jue|jun|qia|qie|qin|qiu|que|qun|xia|xie|xin|xiu|xue|xun|zha|zhe|zhi|zhu|"
    "cha|che|chi|chu|sha|she|shi|shu|ran|rao|ren|rou|rui|run|ruo|zai|zan|zao|zei|zen|zou|zui|zun|zuo|cai|can|cao|cen|cou|"
    "cui|cun|cuo|sai|san|sao|sen|sou|sui|sun|suo|yan|yao|yin|you|yue|yun|wai|wan|wei|wen|ang|ba|bi|bo|bu|pa|pi|po|pu|ma|"
    "me|mi|mo|mu|fa|fo|fu|da|de|di|du|ta|te|ti|tu|na|ne|ni|nu|nv|la|le|li|lu|lv|ga|ge|gu|ka|ke|ku|ha|he|hu|ji|ju|qi|qu|"
    "xi|xu|re|ri|ru|za|ze|zi|zu|ca|ce|ci|cu|sa|se|si|su|ya|ye|yi|yu|wa|wo|wu|ai|an|ao|ei|en|er|ou"
)
_PART: Final = re.compile(f"((?:{_SYLLABLES})+)|([a-z])")


def mixed_parts(word: str) -> list[str]:
    """ "lvyejd" → ["lvye", "jd"], "hzlvye" → ["hz", "lvye"]; nothing when the word is not such a mixture."""
    parts: list[str] = []
    spelt = short = after_initial = False
    for syllables, initial in _PART.findall(word):
        if initial and after_initial:
            parts[-1] += initial
        else:
            parts.append(syllables or initial)
        after_initial = bool(initial)
        spelt, short = spelt or bool(syllables), short or bool(initial)
    return parts if spelt and short and len(parts) <= 4 else []
