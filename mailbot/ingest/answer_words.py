"""
How officers say that a matter is ended, passed on or another's to see to: an expression for each.

In: a text as `ingest/no_answer.py` folds it: lower case, letters in one spelling, sentences ended by `. ? ! । ;` or
`|`. Out: compiled expressions, in English, Bengali, romanised Bengali, Hindi and Nepali. The languages of India end a
sentence with its verb, so the form of the verb says it; English says that it asks before it says for what, so all that
follows a request, a promise or an order is taken with it, up to "has", "have", "was" or "were".
"""

import re
import unicodedata

from mailbot.ingest.vocabulary import words

_SPELLINGS = str.maketrans("ँ", "ं", "\u09bc\u093c\u200b\u200c\u200d\u200e\u200f\ufeff\u00ad")  # nuktas, joiners


_BOOKISH = (  # sadhu forms of Bengali verbs and the spoken ones, nuktas off: পাইয়াছে, জানাইয়াছে, করিয়াছে, হইতেছে, হইবে
    ("পাইযাছ", "পেযেছ"),
    ("াইযাছ", "িযেছ"),
    ("ইযাছ", "যেছ"),
    ("দিযাছ", "দিযেছ"),
    ("নিযাছ", "নিযেছ"),
    ("িযাছ", "েছ"),
    ("ইতেছ", "চ্ছ"),
    ("লিতেছ", "লছ"),
    ("রিতেছ", "রছ"),
    ("ইবে", "বে"),
)


def one_spelling(text: str) -> str:
    """The same letters for what is written in several ways: য় and its two parts, जाँच and जांच, হইয়াছে and হয়েছে."""
    same = unicodedata.normalize("NFKC", text).translate(_SPELLINGS)
    for bookish, spoken in _BOOKISH:
        same = same.replace(bookish, spoken)
    return same


def any_of(*parts: str) -> re.Pattern[str]:
    """One expression for any of these, in one spelling."""
    return re.compile("|".join(one_spelling(part) for part in parts))


CLAUSE_GAP = r"[^.?!।;|]{0,60}?"
REST = r"(?:(?!\b(?:has|have|was|were)\b)[^.?!।;|]){0,200}"
START = r"(?:^|[.?!।;|:,@-])\s*"
STOP = r"(?![\u0900-\u0963\u0966-\u09ff])"  # the end of a word: its vowel signs are no letters to `\b`
_LAST = r"(?=\s*(?:[.?!।;|,]|$|\b(?:ar|ebong|r)\b|(?:এবং|আর|ও|एवं|और|व|र|अनि)\s))"  # behind the verb of a sentence
_PLEASE = r"\b(?:please|kindly|pl|pls|plz|plse|kdly|(?:you (?:are|may)|request you|requesting you)\b(?: \w+){0,2}?)"

# --- the matter is ended, whatever else is said ---------------------------------------------------------------------

_REPORT = r"(?:reports?|atr|reply|compliance|statement|photos?|photographs?|cop(?:y|ies))"
_PARTY = r"(?:complainants?|complainer|applicants?|petitioners?|beneficiary|aggrieved|parties)"
_TOLD = r"(?:informed|intimated|advised|asked|requested|told|directed|counselled)"
CLOSES = any_of(
    rf"\b{_REPORT}\b(?:(?!\bnot\b|n't)[^.?!।;|]){{0,60}}?\b(?:attached|enclosed|annexed|appended)\b",
    rf"\b{_REPORT}\b{CLAUSE_GAP}\b(?:submitted|forwarded|sent|furnished) (?:here\w+|below)\b",
    r"\b(?:attached|enclosed|herewith|enclosing|attaching|submitting|sending)\b(?: (?:herewith|is|are|"
    r"please|kindly|"
    r"find|the|a|an|my|our|his|its|detailed|enquiry|inquiry|inspection|action|taken|final|copy|of|"
    r"photo\w*)){0,7} "
    rf"{_REPORT}\b",
    r"\b(?:may|can)(?: \w+){0,2}? be (?:treated as )?(?:closed|dropped|filed)\b",
    r"\btreat(?:ed)?\b(?: \w+){0,4}? as (?:closed|disposed|resolved|settled|complied|redressed)\b",
    rf"{_PLEASE} (?:close|drop)\b",
    r"\b(?:must|has to|have to|should|may|can) (?:be applied|apply)\b",
    rf"\b{_TOLD} to (?:go to|approach|move|apply|appear)\b",
    r"(?:রিপোর্ট|প্রতিবেদন|ছবি)\S{0,3}(?: \S+){0,2}? (?:সংযুক্ত|দাখিল করা|জমা দেওয়া (?:হল|হয়েছে))",
    r"(?:কেস|মামলা|অভিযোগ)\S{0,3} বন্ধ কর",
    r"(?:रिपोर्ट|प्रतिवेदन|आख्या)(?: \S+){0,2}? संलग्न|(?:शिकायत|प्रकरण|मामला)(?: को)? बंद कर",
)

# Ends it too, but not beside words that it is under way: "complainant told; our men will come tomorrow".
PARTY_TOLD = any_of(
    rf"\b{_PARTY}\b(?: \w+){{0,4}}? (?:has|have|had|was|were|is|are)\b(?: \w+){{0,3}}? "
    rf"(?:{_TOLD}|satisfied|paid|given|contacted|heard|met)\b",
    rf"\b{_PARTY} (?:{_TOLD}|satisfied|contacted)\b|\b{_TOLD} (?:the |both )?{_PARTY}\b",
    r"(?:অভিযোগকারী|আবেদনকারী)(?:নী)?(?:কে|র)?(?: \S+){0,6}? (?:জানানো|বলা|অবহিত করা) হ",
    r"\b(?:complainant|obhijogkari|abedonkari) ?ke\b(?: \w+){0,4}? (?:janano|bola) ho",
    r"(?:शिकायतकर्ता|आवेदक|प्रार्थी|परिवादी) को(?: \S+){0,5}? (?:सूचित|अवगत|बता)(?: \S+){0,3}? ग[याई]",
    r"(?:निवेदक|उजुरीकर्ता)लाई(?: \S+){0,4}? (?:जानकारी|जानाइ|खबर)",
)

# --- done: counts outside of what is asked, promised, ordered or denied ---------------------------------------------

DONE = any_of(
    r"\b(?:done|completed?|finished|resolved|solved|sorted|redressed|settled|disposed?|complied|"
    r"repaired|restored|"
    r"rectified|fixed|replaced|(?:re)?installed|changed|shifted|posted|joined|appointed|resumed|taken charge|"
    r"filled up|"
    r"supplied|delivered|distributed|disbursed|paid|credited|refunded|returned|recovered|granted|"
    r"revised|cleared|"
    r"cleaned|removed|evicted|vacated|demolished|cut|whitewashed|constructed|sunk|arrested|seized|fined|"
    r"rescued|discharged|"
    r"functional|functioning|working now|running|restarted|started (?:working|functioning|from)|"
    r"corrected|updated|"
    r"included|enrolled|allotted|reconnected|opened|suspended|given|handed over|provided|treated|"
    r"operated|cured|"
    r"vaccinated|withdrawn|cancelled|dropped|dismissed|amicabl[ey]|compromised?|regulari[sz]ed|"
    r"attended|served|satisf\w+|"
    r"available|present)\b",
    r"\b(?:action|steps?|measures?)\b(?: \w+){0,3}? taken\b|\btook (?:\w+ )?(?:action|steps)\b|\balready\b",
    rf"হয়েছে|হইয়াছে|(?<!\S)(?:হল|হলো){STOP}|গেছে|গিয়েছে|করেছ|"
    r"দিয়েছ|পেয়েছ|নিয়েছ|িয়েছেন|এসেছেন|"
    r"মিটেছে|চালু আছে|(?:স্বাভাবিক|সম্পূর্ণ|সম্পন্ন)\s*(?:[।|]|$)",
    r"\b(?:ho[ieya]*c?c?h+e|gec?h+en?|giyec?h+en?|korec?h+[ei]n?|diyec?h+[ei]n?|peyec?h+en?|mitec?h+e|"
    r"es+ec?h+en?)\b",
    rf"(?:गया|गई|गयी|गए|गये|चुका|चुकी|चुके){STOP}|पूर्ण(?: है|\s*[।|]|$)",
    r"[िइ]यो|भयो|सकेको|गरिएको|भएको|पठाइएको|दिइएको",
)
# "Not opened", "could not be verified", "after it is repaired": no deed; by themselves they leave nothing open either.
UNDONE = any_of(
    r"\b(?:not|n't|never|without)(?: (?:been|be|yet|get|being)){0,2} (?:\w+ed|done|complete|given|paid|"
    r"sunk|available|"
    r"present|running|working|functional|functioning)\b",
    r"\b(?:after|once|when|if|as soon as|until|till|unless|upon|on receipt)\b[^.?!।;|,]{0,60}",
    r"\b(?:survey|inspection|measurement|enquiry|inquiry|verification|hearing|visit)(?: \w+){0,3}? "
    r"(?:done|completed?|"
    r"finished|held)\b",
)

# --- refused, unfounded, another's: an end too ----------------------------------------------------------------------

_NO = r"\b(?:no|nothing|not|never|cannot|can't|can not|could not)\b"
REFUSED = any_of(
    r"\b(?:rejected|regretted|ineligible|baseless|false|fabricated|motivated|unfounded|untrue|incorrect|"
    r"unsubstantiated|sub[- ]?judice|(?:high|civil|supreme|hon'ble) court|civil (?:dispute|judge|suit)|"
    r"private (?:dispute|land)|policy (?:matter|decision))\b",
    r"\bnot (?:\w+ )?(?:eligible|entitled|admissible|feasible|possible|true|correct|found|"
    r"substantiated|established|"
    r"covered)\b",
    rf"{_NO}(?: \w+){{0,3}}? (?:provision|such|merit|scheme|irregularit\w+|truth|substance|intervene|role|"
    r"basis|evidence|proof|foundation|vacancy)\b|\bdevoid of\b",
    rf"{_NO}(?: \w+){{0,2}}? be (?:considered|acceded|granted|entertained|allowed|provided|given|sanctioned|"
    rf"included)\b",
    r"\bno (?:\w+ )?(?:action|steps?)\b(?: \w+){0,3}? (?:required|needed|necessary|warranted|possible|can be|"
    r"could be)\b",
    r"ভিত্তিহীন|মিথ্যা|অসত্য|সত্যতা\S{0,2}(?: \S+){0,2}? পাওয়া যায়নি|সম্ভব ন|করার নেই|বাতিল|যোগ্য নন|অযোগ্য|"
    r"সন্তুষ্ট|আদালত|"
    r"হাইকোর্ট|বিচারাধীন",
    r"\b(?:mithya|mithye|bhittihin)\b",
    r"असत्य|निराधार|आधारहीन|झूठ|गलत|अपात्र|संभव नह|निरस्त|न्यायालय|संतुष्ट|झुट्टा|झुटो|सन्तुष्ट|अदालत",
)
NOT_OURS = any_of(
    r"\b(?:not|n't|nothing)\b(?: \w+){0,2}? (?:pertain|relat|concern|fall|come|belong|under|within|in)\w*\b"
    rf"{CLAUSE_GAP}\b(?:jurisdiction|purview|office|department|dept|district|block|end|us|area|section|"
    rf"directorate|me)\b",
    r"\bno(?:t)? (?:\w+ ){0,2}?jurisdiction|\b(?:beyond|outside|out of) (?:\w+ ){0,3}?(?:jurisdiction|purview|"
    r"power)\b",
    rf"এক্তিয়ার|(?:অধীন|আওতায়|দপ্তরের|বিভাগের|এলাকার|সংশ্লিষ্ট|সম্পর্কিত)\S{{0,3}}(?: \S+){{0,2}}? (?:নয়|"
    rf"না){STOP}",
    r"\b(?:department|dept|elaka|office|amader|daptar)\w*\b(?: \w+){0,4}? no[iy]\b",
    r"(?:क्षेत्राधिकार|अधिकार क्षेत्र|विभाग|कार्यालय)\S{0,3}(?: \S+){0,4}? नहीं|संबंधित नहीं",
    r"(?:क्षेत्राधिकार|कार्यालय|विभाग)\S{0,4}(?: \S+){0,4}? (?:पर्दैन|होइन)|सम्बन्धित छैन",
)

# --- something past, or a no: whatever its words, an answer says what was done or why it was not --------------------

TELLS = any_of(
    r"\b(?:has|have|had|was|were|did|\w{3,}ed|cut|met|sent|gave|got|took|came|went|built|made|found|held|pfa|"
    r"attachment|"
    r"no|not|nothing|never|none|nobody|nil|without|cannot|lies|pertains|relates|\w+n't|again|since|now|"
    r"is|are|stands|belongs|"
    r"duplicate)\b",
    rf"েছে|েছি|(?<!\S)(?:না|নয়|নেই|নাই|নন){STOP}|নি{STOP}|লাম|এখন|নিয়মিত|\S(?:ল|লো|লেন){STOP}",
    r"\b(?:\w+ch+[ei]n?|\w+(?:lo|lam|len)|na|noy|noi|nei|nai|ekhon)\b",
    rf"(?:या|यी|ये|ई|ी|ा|े) (?:है|हैं|था|थी|थे){STOP}|नहीं|अब|(?:दिया|दी|किया|की|लिया|ली|हुआ|हुई){_LAST}",
    rf"यो{STOP}|को छ|छैन|होइन|दैन",
)

# --- passed on ------------------------------------------------------------------------------------------------------

OFFICE = (
    r"(?:bdo|jt bdo|sdo|sdlro|bllro|dm|adm|sp|sdpo|oc|ic|ps|cmoh|d?y?cmoh|acmoh|bmoh|dpo|cdpo|ee|ae|"
    r"sae|je|di|si|phe|"
    r"pwd|wbsedcl|agency|contractor|pradhan|panchayat|samity|parishad|municipality|corporation|concerned|"
    r"departments?|"
    r"dept|offices?|officers?|officials?|section|authority|authorities|engineer|superintendent|"
    r"magistrate|inspector|"
    r"director\w*|commissioner|secretary|chairman|collector|bhavan|police|headmaster|principal|branch|division)"
)
_HANDED = r"(?:forwarded|transferred|referred|endorsed|marked|passed on|redirected|transmitted|assigned)"
_ORDERED = r"(?:directed|instructed|asked|requested|told|advised|ordered|reminded)"
PASSED_ON = any_of(
    rf"{START}{_HANDED}\b{REST}",
    rf"\b(?:{_HANDED}|sent|passed|pushed|communicated|intimated|written|handed over|"
    rf"sent across) to (?:the )?(?:\w+ ){{0,4}}?"
    rf"{OFFICE}\b{REST}",
    rf"\b(?:is|has been|have been|was) {_HANDED} (?:to|for)\b(?! (?:the )?(?:ld )?court){REST}",
    rf"\b{_ORDERED}(?: (?!to\b)\w+,?){{0,6}}? to\b{REST}",
    rf"\b{OFFICE} (?:has|have|was|were)(?: \w+)? (?:informed|intimated)\b",
    rf"\btak(?:en|ing) up (?:the matter )?with\b{REST}|\b(?:shared with|"
    rf"placed before) (?:the )?(?:\w+ ){{0,3}}?{OFFICE}\b",
    rf"\b{OFFICE} (?:has|have|was|were|is|are) (?:been )?approached\b",
    r"(?:কাছে|কে|দপ্তরে|অফিসে|থানায়|নিকট)(?: \S+){0,3}? (?:(?:পাঠানো|প্রেরণ করা|হস্তান্তর করা|জানানো) "
    r"হ|পাঠিয়ে)\S+",
    rf"(?:নির্দেশ(?: দেওয়া)?|বলা|অনুরোধ করা|জানানো|আদেশ দেওয়া) (?:হয়েছে|হয়েছিল|হল|হলো){STOP}",
    r"(?:দেখতে|করতে|নিতে|দিতে) বলেছ",
    r"\b(?:pathano|bola|janano|nirdesh (?:deoa|dewa|deya)|forward kora) ho[iey]*c?h+e\b",
    r"को (?:\S+ ){0,4}?(?:भेज|प्रेषित|अग्रेषित|हस्तांतरित|निर्देशित|निर्देश|सूचित|अवगत|आदेशित|"
    r"कहा)\S*(?: \S+){0,3}? "
    r"(?:गई|गया|गए|गयी|गये)",
    r"(?:कार्यालय|विभाग|शाखा|अधिकृत|बीडीओ)\S{0,4}(?: \S+){0,2}? (?:पठाइ|निर्देशन दि)\S+",
)
# We are asked to send it elsewhere: then that it is none of theirs is no end of it.
REROUTES = any_of(
    rf"{_PLEASE}(?: \w+)? (?:forward|transfer|redirect|re-?route|route|refer|send|mark)\b(?: (?:it|this|"
    rf"them|the|"
    rf"same|"
    r"matter|case|complaint|grievance|petition|mail)){0,3} to\b"
    rf"(?! (?:the |our |my |this )*(?:\w+ )?(?:e?mails?|memo|letter|reports?|reply|order|above)\b){REST}",
    rf"\b(?:may|should)(?: \w+){{0,2}}? be (?:sent|{_HANDED})(?: to)?\b{REST}",
    rf"(?:কাছে|দপ্তরে|অফিসে) (?:পাঠান|পাঠিয়ে দিন|পাঠাবেন){STOP}",
    r"(?:को|विभाग में) (?:भेजें|भेज दें|प्रेषित करें)|(?:मा|लाई) पठाउनुहोस्",
)

# --- asked of us, or of somebody else -------------------------------------------------------------------------------

ASKS_US = any_of(
    rf"{_PLEASE}(?: \w+)? (?:provide|send|furnish|share|give|intimate|forward|mention|"
    rf"specify)\b{CLAUSE_GAP}\b(?:numbers?|"
    rf"mobile|phone|address|contact|particulars|documents?|again|whereabouts|full details|details of)\b{REST}",
    rf"{_PLEASE}(?: \w+){{0,2}}? (?:re-?send|send (?:it |them )?again|ascertain from)\b{REST}",
    r"\bneed (?:\w+ ){0,3}?(?:phone|mobile|address|number|contact|details)\b",
    r"(?:ফোন|মোবাইল|নম্বর|ঠিকানা)\S{0,2}(?: \S+){0,2}? (?:দিন|পাঠান|জানান)" + STOP,
    r"(?:मोबाइल|फोन|नंबर|पता)(?: \S+){0,3}? (?:उपलब्ध कराएं|दें|भेजें|बताएं)" + STOP,
)
# These may stand below an end as well: "Repaired. Please confirm."
ASKS_A_WORD = any_of(
    rf"{_PLEASE}(?: \w+)? (?:confirm|elaborate|guide|clarify|advise|let (?:me|us|this \w+) know)\b{REST}"
)
# A request is one whatever it asks for, but for what only shows us something or asks us to take it as ended.
_SHOWS = (
    r"(?:find|note|refer|accept|be|acknowledge|peruse|perusal|treat|close|drop|attached|enclosed|"
    r"information|informed|"
    r"consider|excuse|ignore|disregard|inform (?:the )?(?:\w+ )?(?:complainant|applicant|petitioner|"
    r"him|her|them)|"
    r"(?:see|go through|read|check) (?:the |our |my )?(?:\w+ )?(?:attach\w*|enclos\w*|reports?|reply|"
    r"memo|letter))"
)
_DO = (
    r"(?:look|enquire|inquire|investigate|verify|examine|check|attend|take|do|arrange|ensure|expedite|"
    r"submit|furnish|"
    r"send|provide|process|resolve|solve|redress|settle|act|depute|visit|inspect|report|revert|reply|"
    r"respond|discuss|"
    r"speak|talk|sort|deal|handle|initiate|follow|pursue|put|cause|get|comply|instruct|direct|ask|tell|"
    r"conduct|give|"
    r"share|coordinate|call|find out|dispose|go through|treat (?:this |it )?as|let|proceed|have|make sure|"
    r"intimate (?:the )?action|"
    r"see (?:that|to|the|below|trail\w*|this))"
)
_DO_IT = (
    r"(?:enquire|inquire|investigate|examine|verify|look into|put up|discuss|see and|ask|tell|direct|instruct|"
    r"prepare|"
    r"draw up|reply|do (?:the )?needful|submit|furnish|report compliance|comply|send|get it|ensure|"
    r"expedite|depute|"
    r"arrange|treat as|take (?:necessary|immediate|appropriate|suitable|up|legal|urgent|prompt|action))"
)
_FOR = (
    r"(?:taking|your|kind|immediate|urgent|further|early|information|info|doing|the|and|&|perusal|"
    r"favour|of|strict|"
    r"personal|prompt)"
)
INSTRUCTS = any_of(
    rf"\b(?:please|kindly|pls?|plz|plse|kdly)\b(?! (?:also |do |to )?{_SHOWS}\b) \w+{REST}",
    rf"\b(?:is|are) (?:hereby |once again |again )?(?:directed|instructed|ordered|requested) to\b{REST}",
    rf"(?:^|[,:|-]) *get (?:this|it|the)\b{REST}",
    r"\bfor (?:\w+ ){0,3}?(?:act(?:io|o)n|examination|compliance|report|reply)\b",
    rf"{_PLEASE}(?: (?:to|also|do|immediately|urgently|personally|again|early)){{0,3}} {_DO}\b{REST}",
    rf"{START}{_DO_IT}\b{REST}|\blook in ?to\b{REST}|\bdo the needful\b{REST}",
    rf"\bto (?:enquire|inquire|examine|look into|verify)(?: \w+){{0,3}}? (?:and|&) (?:report|submit|take|"
    rf"send){REST}",
    rf"\b(?:directs?|requests?|asks?|requires?) you to\b{REST}|\bto (?:attend|report|comply|"
    rf"see)(?=\s*(?:[.|]|$))",
    rf"\b(?:submit|furnish|send)\b(?: \w+){{0,4}}? (?:report|atr|compliance)\b{REST}|\bstrict compliance\b",
    rf"\bfor (?:{_FOR} )*(?:(?:necessary|appropriate|suitable|needful) ?(?:action|steps|please|pl)?|action|"
    rf"compliance|"
    r"disposal|enquiry|n ?/? ?a)(?: at (?:his|her|their|your) end)?\b",
    r"\b(?:fyi|f/i)\s*(?:&|and|/|,)?\s*(?:n ?/? ?a|for action|action)\b|(?:^|\|) ?n ?/? ?a (?:please|pls?)\b",
    r"\battention of (?:\w+ ){1,5}(?:is|are) (?:drawn|invited)\b|\baction (?:please|pls?|immediately|today)\b|"
    r"\b(?:you|they|he|she) should\b",
    r"\b(?:may|should|must|has to|have to|needs? to|to)(?: \w+){0,2}? be (?:\w+ )?(?:\w+ed|taken|sent|"
    r"done|given|put|"
    rf"seen|made|met|kept|paid|brought|heard|held|dealt|got)\b{REST}",
    rf"(?:ব্যবস্থা|পদক্ষেপ)\S{{0,2}} (?:গ্রহণ )?(?:নিন|নেবেন|নিবেন|করুন|করবেন|করে){STOP}",
    rf"(?:দেখুন|দেখবেন|জানান|জানাবেন|পাঠান|পাঠাবেন|করুন|করবেন|নিন|নেবেন|দেবেন){_LAST}",
    rf"(?<![তগনজধ])ুন{_LAST}|(?:সারান|করান|পাঠান){_LAST}",
    rf"(?:রিপোর্ট|প্রতিবেদন|জমা|তথ্য|নির্দেশ|করে|মিটিয়ে|সারিয়ে)\S{{0,2}} দিন{_LAST}",
    r"(?:অনুরোধ|নির্দেশ)(?: করা| জানানো| দেওয়া)? (?:হচ্ছে|হল|হলো|রইল|করছি|জানাচ্ছি)",
    r"ব্যবস্থা(?:র| গ্রহণের| নেওয়ার| নেবার) জন্য(?: \S+){0,2}|(?:কী|কি) (?:ব্যবস্থা|পদক্ষেপ)(?: "
    r"\S+){0,2}? হয়েছে",
    r"\b(?:b[yeh]*[ao]b[oa]sth?a\w*|poda?kkhep) (?:nin|neben|niben|korun|grohon korun)\b|\bdekhun\b",
    rf"\b(?:dekhben|korun|korben|janan|janaben|pathan|pathaben|nin|neben|(?:report|kore|diye) (?:din|"
    rf"deben)){_LAST}",
    rf"(?:करें|करे|कीजिए|कीजिये|दें|देवें|लें|भेजें|देखें|कराएं|करायें|करावें|बताएं|कष्ट करें){_LAST}",
    rf"(?:जिए|जिये|ाइए|ाइये|रिए|हिए){_LAST}",
    r"(?:कार्रवाई|कार्यवाही|जांच|निस्तारण|अनुपालन)\S{0,2} (?:हेतु|के लिए)(?: \S+){0,2}|की गई (?:कार्रवाई|"
    r"कार्यवाही) (?:से|की|का)",
    rf"(?:नुहोस्|नुहोस|नुहोला|नु होला|नुहुन)(?: न| है| ल)?{_LAST}|(?:कारबाही|कारवाही|कार्यवाही|"
    rf"छानबिन)(?:को|का) ?लागि(?: \S+){{0,2}}",
)

# --- nothing said ---------------------------------------------------------------------------------------------------

SEEN = words(
    one_spelling(
        """
        noted received acknowledged acknowledge ok okay okey seen thanks thank fyi thx ty
        আচ্ছা ধন্যবাদ দেখলাম পেলাম ঠিক আছে ठीक है धन्यवाद प्राप्त हुआ देखा हुन्छ
        """
    )
)
COURTESY = words(
    one_spelling(
        """
        sir madam mam dear respected you with your mail email e-mail for compliance the please pl and well duly
        contents content of is it info information kind same letter namaskar regards by at this end office us here
        future guidance record action necessary has been are message petition complaint above ji all
        স্যার মহাশয় মহাশয়া महोदय महोदया श्रीमान सर जी
        """
    )
)
CLOSING = re.compile(
    r"\W{0,5}(?:(?:with |warm |kind |best |thanks? (?:and|&|you)? ?|thanking you,? ?){0,3}regards|"
    r"yours (?:faithfully|sincerely|truly|obediently)|thanking you|sent from my (?:\w+ ?){1,4}|get "
    r"outlook for \w+|"
    r"ধন্যবাদান্তে|বিনীত|ইতি|सादर|भवदीय|भवदीया)\W{0,5}"
)
