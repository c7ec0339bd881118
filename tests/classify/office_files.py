"""A small office in texts, for the tests of classify: two districts, four departments, a few posts."""

from mailbot.classify.directory import Departments, Directory, read_departments, read_directory
from mailbot.classify.places import Gazetteer, read_gazetteer
from mailbot.classify.rules import Rules, read_rules

DEPARTMENTS = """code,name_en,area,answers_at,desk
HFW,Health,health,district,
HOM,Home,police,district,
PRD,Panchayats,civil,block,
LAW,Law,civil,head,
CMO,Chief Minister's Office,civil,head,
XCG,Outside the State,civil,head,CMO
NONE,No department,civil,head,
"""

PLACES = """code,kind,name_en,name_bn,parent_code,aliases
WB,state,West Bengal,,,
WB-BAN,district,Bankura,বাঁকুড়া,WB,
SD-BAN-BANKURA,subdivision,Bankura Sadar,,WB-BAN,
SD-BAN-BISHNUPUR,subdivision,Bishnupur,বিষ্ণুপুর,WB-BAN,
BL-BAN-ONDA,block,Onda,ওন্দা,SD-BAN-BANKURA,
BL-BAN-JOYPUR,block,Joypur,,SD-BAN-BISHNUPUR,
BL-BAN-BISHNUPUR,block,Bishnupur,,SD-BAN-BISHNUPUR,
MU-BAN-BISHNUPUR,municipality,Bishnupur,,SD-BAN-BISHNUPUR,
WB-HOW,district,Howrah,হাওড়া,WB,Haora
SD-HOW-SADAR,subdivision,Howrah Sadar,,WB-HOW,
MC-HOW-HOWRAH,corporation,Howrah,হাওড়া,SD-HOW-SADAR,Shibpur
BL-HOW-JOYPUR,block,Joypur,,SD-HOW-SADAR,
BL-HOW-SURI-I,block,Suri I,সিউড়ি ১,SD-HOW-SADAR,Suri-I;সিউড়ি ১ নং
BL-HOW-SURI-II,block,Suri II,সিউড়ি ২,SD-HOW-SADAR,Suri-II;সিউড়ি ২ নং
BL-HOW-MAL,block,Mal,মাল,SD-HOW-SADAR,
PD-BAN,police_district,Bankura District Police,,WB-BAN,
PC-HOW,commissionerate,Howrah Police Commissionerate,,WB-HOW,
PD-HOW,police_district,Howrah Rural Police,,WB-HOW,
HD-BAN,health_district,Bankura Health District,,WB-BAN,
HD-BIS,health_district,Bishnupur Health District,,WB-BAN,
HD-HOW,health_district,Howrah Health District,,WB-HOW,
"""
LOCALITIES = """kind,name_en,name_bn,aliases,place_code,police_code
police_station,Domjur,ডোমজুড়,,SD-HOW-SADAR,PC-HOW
locality,Ramsagar,,,BL-BAN-ONDA,
"""
JURISDICTIONS = """area_code,police_code,health_code
SD-BAN-BANKURA,PD-BAN,HD-BAN
SD-BAN-BISHNUPUR,PD-BAN,HD-BIS
SD-HOW-SADAR,PD-HOW,HD-HOW
MC-HOW-HOWRAH,PC-HOW,HD-HOW
"""
NOISE = """phrase,swallows
Nabanna|নবান্ন,Howrah|711102|Shibpur|হাওড়া
"""
TYPE_WORDS = """meaning,side,phrase
block,both,block|ব্লক|BDO
municipality,both,municipality|town
district,both,district|dist|জেলা
police_station,both,police station|PS|থানা
road,after,road|bus
person,before,Mr|Shri
elsewhere,before,in-laws
origin,after,থেকে
person,after,দি
origin,after,দিকে
rural,both,panchayat|village
urban,both,ward
"""
WEAK = "name,is\nMal|মাল,word\nRamsagar,person\n"
PINS = "pin,districts\n722144,WB-BAN\n711202,WB-HOW\n700001,WB-HOW;WB-BAN\n"

KEYWORDS = """department,phrase,weight,context,unless,note
HFW,hospital|হাসপাতাল|अस्पताल|haspatal,4.5,,animal hospital,
HFW,Swasthya Sathi|স্বাস্থ্য সাথী,6.5,,,
HOM,police|পুলিশ|पुलिस,4.5,,,
HOM,assault,5.5,,,
PRD,village road|গ্রামের রাস্তা,5,,,
PRD,Lakshmir house,4,,,
PRD,cycle,3,school,,
LAW,marriage registrar,5,,,
CMO,thank you,6,subject,,
XCG,railway,5,,,
NONE,lottery,6,,,
"""
CUES = """cue,phrase
writer,I am a
aside,no complaint against
aside_before,is fine|নালিশ নেই
scene,opposite the
scene_before,er pashe|পাশে
prayer,kindly
"""

POSTS = """post,title,department,level,place,reports_to
CMO-TRIAGE,Triage Desk,CMO,triage,WB,CMO-HEAD
CMO-HEAD,Grievance Cell,CMO,head,WB,
HFW-HEAD,"Additional Chief Secretary, Health",HFW,head,WB,
HFW-CMOH-BAN,CMOH of Bankura,HFW,district,HD-BAN,HFW-HEAD
HFW-CMOH-BIS,CMOH of Bishnupur,HFW,district,HD-BIS,HFW-HEAD
HFW-BMOH-ONDA,BMOH of Onda,HFW,block,BL-BAN-ONDA,HFW-CMOH-BAN
HOM-HEAD,"Additional Chief Secretary, Home",HOM,head,WB,
HOM-SP-BAN,SP of Bankura,HOM,district,PD-BAN,HOM-HEAD
HOM-CP-HOW,CP of Howrah,HOM,district,PC-HOW,HOM-HEAD
HOM-SP-HOW,SP of Howrah Rural,HOM,district,PD-HOW,HOM-HEAD
PRD-HEAD,"Additional Chief Secretary, Panchayats",PRD,head,WB,
PRD-DM-BAN,DM of Bankura,PRD,district,WB-BAN,PRD-HEAD
PRD-SDO-BAN,SDO of Bankura Sadar,PRD,subdivision,SD-BAN-BANKURA,PRD-DM-BAN
PRD-BDO-ONDA,BDO of Onda,PRD,block,BL-BAN-ONDA,PRD-SDO-BAN
LAW-HEAD,"Secretary, Law",LAW,head,WB,
"""
_HELD = [line.partition(",")[0] for line in POSTS.splitlines()[1:]]
OFFICERS = "post,name,address,mobile,since,until\n" + "".join(
    f"{post},Holder of {post},{post.lower()}@example.org,+91699990{i:04d},2026-01-01,\n" for i, post in enumerate(_HELD)
)


def place_files(**changes: str) -> dict[str, str]:
    """The files of config/places; `changes` replaces some, by the name of the file without .csv."""
    files = {
        "places": PLACES,
        "localities": LOCALITIES,
        "jurisdictions": JURISDICTIONS,
        "noise": NOISE,
        "typewords": TYPE_WORDS,
        "weak": WEAK,
        "pins": PINS,
    } | changes
    return {f"{name}.csv": text for name, text in files.items()}


def departments(informs: str = "") -> Departments:
    """`informs` is the level that HFW tells for information; HOM tells one level lower than it answers."""
    if not informs:
        return read_departments({"departments.csv": DEPARTMENTS})
    head, *lines = DEPARTMENTS.splitlines()
    told = {"HFW": informs, "HOM": "subdivision"}
    rows = [f"{line},{told.get(line.partition(',')[0], '')}" for line in lines]
    return read_departments({"departments.csv": "\n".join([f"{head},informs", *rows, ""])})


def gazetteer() -> Gazetteer:
    return read_gazetteer(place_files())


def rules(keywords: str = KEYWORDS, cues: str = CUES) -> Rules:
    return read_rules({"keywords.csv": keywords, "cues.csv": cues}, departments())


def directory(posts: str = POSTS, officers: str = OFFICERS, *, informs: str = "") -> Directory:
    """Of departments that tell nobody for information; `informs` is the level that HFW tells."""
    offices = departments(informs)
    return read_directory({"posts.csv": posts, "officers.csv": officers}, offices, gazetteer())


def without(text: str, start: str) -> str:
    """A table without the rows that begin so."""
    return "".join(line for line in text.splitlines(keepends=True) if not line.startswith(start))
