"""
What officers write on the way to an answer: that they will write again, that a paper moved, a day was
fixed, a mail came.

In and out as in `ingest/answer_words.py`, which keeps what ends a matter. Each expression is put together from what may
be spoken of (a paper, an office, a day) and what was done with it, so that a pair nobody thought of is known too.
"""

from mailbot.ingest.answer_words import CLAUSE_GAP, OFFICE, REST, START, STOP, any_of

# --- another mail is to follow: this is not the last word, whatever was done so far ---------------------------------

_NEWS = (
    r"(?:reports?|outcome|results?|findings?|progress|position|decision|status|compliance|atr|reply|"
    r"details?|updates?|"
    r"information|feedback|developments?|action taken|same)"
)
_BY_POST = r"(?!(?: \w+){0,3}? (?:by|through) (?:post|speed|hand|courier|dak|messenger)\b)(?! separately)"
_THEM = r"(?! (?:to )?(?:the |both |all )?(?:complainant|applicant|petitioner|beneficiar|part(?:y|ies)|him|her|them)\b)"
MORE_TO_COME = any_of(
    rf"\b{_NEWS}\b(?: \w+){{0,6}}? (?:will|shall|would) (?:\w+ )?be (?:\w+ )?(?:informed|intimated|"
    rf"submitted|sent|"
    rf"furnished|communicated|reported|forwarded|shared|given|apprised|placed|updated)\b{_THEM}{_BY_POST}",
    rf"\b{_NEWS} (?:follows|to follow|will follow|shall follow)\b",
    r"(?:\b(?:will|shall|would)|'ll)(?: (?:be|also|again|soon|then|surely|definitely|able|to|duly)){0,3} "
    r"(?:inform|intimate|update|revert|report|let (?:you|the \w+)|get back|communicate|apprise|tell "
    r"you|furnish|submit|"
    rf"send (?:the |a |you )?(?:\w+ )?{_NEWS})\b{_THEM}",
    r"\b(?:you|your (?:\w+ )?(?:office|end|cell)|(?:the )?cmo|same) (?:will|shall|would) (?:\w+ )?be "
    r"(?:informed|intimated|apprised|updated)\b",
    rf"(?<!কারীকে )(?:জানাব|জানানো হবে|জানাচ্ছি|(?:অবহিত|অবগত) করা হবে){STOP}",
    rf"(?:রিপোর্ট|প্রতিবেদন)\S{{0,3}}(?: \S+){{0,3}}? (?:পাঠাব|দেব|দেবেন|দেবে|(?:পাঠানো|প্রেরণ করা|"
    rf"দাখিল করা|জমা দেওয়া|"
    rf"পেশ করা|দেওয়া) হবে){STOP}",
    r"\b(?:janabo|janano hobe|janach+i|janiye (?:debo|dichc?h+i)|(?:report|reply)(?: \w+){0,2}? "
    r"(?:pathabo|debo|deben|debe|dibe|dite hobe|pathano hobe|deo?[yw]?a hobe))\b",
    r"(?:सूचित|अवगत|जानकारी|सूचना|रिपोर्ट|प्रतिवेदन|आख्या)(?: \S+){0,4}? (?:जाएग|जायेग|जावेग|करेंगे|"
    r"कराएंगे|देंगे|भेजेंगे|"
    r"दूंगा|भेजूंगा|करूंगा)|बताएंगे|बताऊंगा|बताया जाएगा",
    r"(?:जानकारी|खबर|प्रतिवेदन|रिपोर्ट|सूचित)(?: \S+){0,3}? \S*ने ?छ",
)

# --- under way ------------------------------------------------------------------------------------------------------

UNDER_WAY = any_of(
    r"\b(?:under|in|is on) (?:\w+ ){0,2}?(?:process|progress|consideration|examination|investigation|"
    r"enquiry|inquiry|"
    r"verification|scrutiny|review|active|preparation)\b",
    r"\b(?:going on|on-?going|under ?way|on the way|continues?|shortly|in due course|(?:action|to) follows?|"
    r"scheduled|planned|expected|"
    r"to (?:begin|start|commence))\b|\bhearing (?:is |has been )?fixed\b",
    r"(?:\b(?:is|are|was|were|now)(?: (?!not\b|n't)\w+)? |^)being (?!held|supplied|run|used|"
    r"distributed)\w+(?: into)?",
    r"\b(?:we|i)(?:'re| are|'m| am)(?: \w+)? (?:looking|examining|enquiring|checking|taking|trying|"
    r"working|verifying|"
    rf"doing|sending|arranging|pursuing){REST}|\blooking into\b{REST}|{START}checking\b",
    r"\b(?:are|is|am|i'm|we're) on it\b|\b(?:working|work) on (?:it|the)\b|\b(?:been|is) noted\b",
    rf"(?:\b(?:will|shall|going to|likely to|expected to|proposed to|would be|would get|would take)|"
    rf"'ll)\b(?! not){REST}",
    rf"\b(?:await(?:ed|ing)?|yet to|not yet|initiated|initiating)\b{REST}",
    r"(?<!nothing is )(?<!nothing further is )(?<!not )(?<!no )\bpending\b(?! (?:\w+ )?(?:before|in|at|"
    r"with) (?:[\w']+ ){0,5}court)" + REST,
    r"\b(?:more|some|extension of|days?|weeks?) time\b|\btime to submit\b|\bgive (?:us|me) (?:a|some|\d)",
    r"\bfile\b(?: \w+){0,4}? (?:with|at|ache|achhe)\b|ফাইল(?: \S+){0,4}? আছে|फाइल(?: \S+){0,4}? में है",
    r"\bget back to\b|\brevert (?:back )?soon\b|\basked for\b",
    rf"\breports?\b{CLAUSE_GAP}\b(?:called|sought|asked|requested|wanted)(?: for)?\b",
    r"\b(?:call|ask|seek|sought)\w* for (?:\w+ ){0,3}?report\b",
    rf"\b(?:tender|estimate|proposal|requisition|committee|dpr|quotation)s?\b{CLAUSE_GAP}\b(?:floated|"
    rf"prepared|sent|"
    rf"submitted|"
    r"formed|invited|called|placed|constituted)\b",
    rf"\b(?:enquiry|inquiry|investigation|verification|process|work)\b{CLAUSE_GAP}\b(?:started|ordered|"
    rf"instituted|"
    rf"commenced|"
    r"taken up)\b|\b(?:for|on) hearing\b|\bput up to\b",
    r"\b(?:sent|submitted|engaged|deputed) for (?:\w+ ){0,2}?(?:approval|verification|sanction|enquiry)\b|"
    r"\bsent to the spot\b",
    rf"হচ্ছে|হইতেছে|চলছে|চলিতেছে|(?:(?<!ভা)(?<!ত)(?<!ক)বেন?|(?:করব|দেখব|যাব|দেব|নেব|জানাব)ো?|দেখছি|করছি|"
    rf"চ্ছি){STOP}",
    r"প্রক্রিয়াধীন|বিবেচনাধীন|তদন্তাধীন|শীঘ্রই|অপেক্ষায়|"
    r"(?:চাওয়া|তলব করা|টেন্ডার(?: করা| ডাকা)?|শুরু(?: করা)?|(?:প্রস্তাব|এস্টিমেট|লোক|টিম)\S{0,2} পাঠানো|"
    r"মিটিং ডাকা) হয়েছে",
    rf"(?:এখনও|এখনো)(?: \S+){{0,4}}? \S*নি{STOP}",
    r"\b(?:h[oa]c?ch+h?e|hobe|cho?lc?ch?h*e|[a-z]{2,9}bo|\w+(?:chh|cch|rch)i|dekhc?h+i|shighroi|sighroi|ekhono|"
    r"lagbe)\b",
    r"\b(?:chaoa|chawa|suru|shuru) ho[iey]*c?h+e\b",
    r"रह[ाीे] (?:है|हैं|हूं)|प्रगति पर|जांच में|प्रक्रियाधीन|प्रक्रिया में|विचाराधीन|लंबित|(?:जाए|जाये|हो|"
    r"दिलाए)ग[ाी]|करेंगे|प्रतीक्षा",
    r"(?:मांगी|मांगा|मंगाई|गठित की|शुरू (?:हो|की|किया)|प्रारंभ (?:हो|की|किया)) (?:गई|गया|गयी)|"
    r"प्रस्ताव(?: \S+){0,2}? भेजा गया",
    r"दै ?छ|[ैइ]रहेको|अघि बढ|खटाइ|नेछ|प्रक्रियामा|विचाराधीन|बांकी",
)

# --- a step: open by itself, no deed --------------------------------------------------------------------------------

_PAPER = (
    r"(?:tenders?|estimates?|proposals?|requisitions?|quotations?|dprs?|nits?|indents?|demands?|files?|"
    r"drafts?|notes?|"
    r"plans?|budget|schemes?|action plan)"
)
_LEAVE = (
    r"(?:sanctions?|approvals?|clarifications?|opinions?|views|comments|instructions?|explanations?|"
    r"permissions?|"
    r"concurrence|funds?|allotments?|orders?|advice|guidance|nod|noc|clearance|reply|replies|"
    r"information|status|"
    r"documents?|records?|police help|force|names?)"
)
_DAY = (
    r"(?:hearing|date|day|meeting|inspection|visit|demarcation|survey|camp|board|enquiry|inquiry|measurement|"
    r"verification)"
)
_TOLD_TO = r"(?:(?:কে|সঙ্গে|সাথে|নিকট|কাছে|থানায়|দপ্তরে|বিভাগে|অফিসে)(?<!কারীকে)(?<!কারীর সঙ্গে)(?<!কারীর সাথে)(?: \S+){0,4}?)"
_PAPERS_BN = r"(?:ফাইল|প্রস্তাব|এস্টিমেট|প্রাক্কলন|রিকুইজিশন|নথি|চিঠি|পত্র|দরখাস্ত|আবেদনপত্র|অভিযোগপত্র|অভিযোগটি|আবেদনটি|বিষয়টি|নোট)"
_PAPERS_HI = r"(?:प्राक्कलन|प्रस्ताव|फाइल|फ़ाइल|पत्रावली|पत्र|प्रकरण|मामला|मामले को|शिकायत|आवेदन|मांग|मांगपत्र|एस्टीमेट)"
_PAPERS_NE = r"(?:प्रस्ताव|फाइल|निवेदन|उजुरी|इस्टिमेट|प्राक्कलन|लागत अनुमान|पत्र|विषय|मामिला)"
_OFFICES_NE = r"(?:अधिकारी|अधिकृत|कार्यालय|विभाग|शाखा|थाना|प्रहरी|प्रधान|बीडीओ|एसडीओ|इन्जिनियर|ठेकेदार|पञ्चायत|प्रमुख)"
_WENT_BN = rf"(?:(?:পাঠানো|প্রেরণ করা|জমা দেওয়া|পেশ করা|দেওয়া|লেখা|তৈরি করা|তৈরি) (?:হয়েছে|হল|হলো)|পাঠিয়েছি|লিখেছি|দিয়েছি){STOP}"
_WENT_LATN = (
    r"(?:pathano ho\w*|pathiye(?:c?h+i| di\w+| deo\w+)|pathiec?h+i|joma (?:deo\w+ ho\w*|diye?c?h+i)|"
    r"kora ho\w*|korec?h+i)"
)

_MATTER = (
    r"(?:matter|case|complaint|grievance|application|petition|proposal|files?|estimate|claim|prayer|"
    r"issue|same|mail|it)"
)
_MEN = (
    r"(?:team|mistry|mason|mechanic|line ?man|linemen|plumber|staff|officer|inspector|engineer|man|men|"
    r"party|vehicle|"
    r"surveyor|amin|contractor|agency)"
)
STEPS = any_of(
    rf"\b{_MATTER} (?:\w+ ){{0,4}}?(?:is|are) (?:now |still |presently |at present )?(?:lying |at |in hand|"
    r"with (?:the |our )?(?!out|in)\w+)",
    rf"\b{_MATTER} (?:\w+ )?(?:is|has been|was|have been) (?:e?mailed|posted|uploaded|escalated|"
    rf"reported|routed|put) "
    r"to\b",
    rf"\b{_MEN}\b (?:\w+ )?(?:has|have|is|are|was|were) (?:been )?(?:gone|sent|engaged|deputed|reached|"
    rf"left|despatched|"
    r"dispatched|informed|alerted|instructed|arranged)\b(?!,? (?:and|who|which)\b)",
    rf"\b(?:spoke|talked|discussed|had a word|contacted)\b(?: \w+){{0,2}}? (?:to|with) (?:the )?(?:\w+ "
    rf")?{OFFICE}\b|"
    r"\bassured\b|\b(?:they|he|she|police) (?:is|are) \w+ing\b",
    r"(?:অর্ধেক|আংশিক|কিছুটা)(?: \S+){0,2}? (?:হয়েছে|হল|হলো)|ফরওয়ার্ড (?:করেছি|করা হয়েছে|করলাম|করে দিয়েছি)",
    r"संज्ञान में(?: (?:लिया|लिए))?(?: गया| गई)?|होना (?:बाकी|शेष)|अग्रेषित(?: \S+){0,2}?(?: "
    r"है)?\s*(?:[।|.]|$)|"
    r"(?:लाइनमैन|मिस्त्री|टीम|कर्मचारी|अधिकारी|ठेकेदार|प्रभारी)\S* (?:को )?(?:भेजा|भेज दिया|बोल दिया|"
    r"कहा|बताया)(?: है)?",
    r"(?:अधिकारी|बीडीओ|एसडीओ|प्रहरी|प्रधान|विभाग|कार्यालय|प्रमुख|थाना|शाखा)\S*लाई (?:\S+ )?(?:जानकारी|"
    r"खबर|सूचित)\S*(?: \S+)?",
    rf"\b{_PAPER}\b{CLAUSE_GAP}\b(?:floated|prepared|sent|submitted|invited|called|placed|moved|"
    rf"forwarded|put up|initiated|"
    r"processed|drawn up|framed|published|raised|opened)\b",
    rf"\b{_LEAVE}\b{CLAUSE_GAP}\b(?:sought|solicited|requested|requisitioned|awaited|called for|asked "
    rf"for|prayed for)\b",
    rf"\b{_DAY}\b(?: (?:\w+ ){{0,4}}?(?:is|has been|was|will be|to be)|(?: of \w+)?)? (?:\w+ )?(?:fixed|"
    rf"scheduled|slated|convened|"
    r"called|notified)\b",
    r"\b(?!100)\d\d? ?(?:%|percent|per cent)(?: of)?(?: \w+){0,3}? (?:completed?|done|finished|over)\b",
    rf"\bfixed for (?:\w+ )?{_DAY}\b|\b{_DAY} (?:will|shall) (?:sit|take place)\b",
    r"\b(?:notices?|reminders?|summons)\b(?: \w+){0,4}? (?:issued|served|sent|given)\b[^.?!।;|,]{0,60}",
    r"\bplaced (?:before|in|to)\b[^.?!।;|]{0,80}",
    r"\b(?:enquiry|inquiry|investigating|special) (?:officer|team|committee)\b(?: \w+){0,3}? "
    r"(?:appointed|deputed|engaged|formed|entrusted)\b",
    r"\b(?:trying|attempting|endeavou?ring) to\b|\befforts? (?:is|are) (?:on|being)\b|\babsconding\b",
    r"\b(?:work|erection|laying|repair\w*|supply|construction|execution)\b(?: \w+)? (?:starts?|begins?) "
    r"(?:from|on|next|tomorrow|soon|after)\b",
    r"\b(?:has|have|had) (?:just |since |already )?(?:started|begun|commenced) (?:the )?(?:\w+ "
    r")?(?:work|laying|repair|process|"
    r"construction|digging|boring|enquiry|investigation)\w*",
    r"\b(?:need|require)s? (?:\w+ ){0,3}?(?:time|days?|weeks?|months?)\b",
    rf"(?:শুনানি|তারিখ|দিন|মিটিং|বৈঠক|পরিদর্শন)\S{{0,3}}(?: \S+){{0,3}}? (?:ধার্য|স্থির|নির্ধারিত|"
    rf"নির্ধারণ|ঠিক|ডাকা)(?: করা)? "
    rf"(?:হয়েছে|হল|হলো|আছে){STOP}",
    rf"{_PAPERS_BN}\S{{0,3}}(?: \S+){{0,4}}? {_WENT_BN}|নোটিশ\S{{0,2}}(?: \S+){{0,2}}? (?:হয়েছে|হল|হলো){STOP}",
    rf"{_TOLD_TO} (?:জানিয়েছি|বলেছি|জানিয়ে দিয়েছি|বলে দিয়েছি|কথা হয়েছে|কথা বলেছি|অনুরোধ করেছি|"
    rf"নির্দেশ দিয়েছি|ফোন করেছি|পাঠিয়েছি|"
    rf"পাঠিয়ে দিয়েছি|পাঠিয়ে দেওয়া হয়েছে|দিয়ে দিয়েছি){STOP}",
    rf"(?:প্রতিবেদন|রিপোর্ট|মতামত|তথ্য|ব্যাখ্যা|অনুমতি|অনুমোদন)\S{{0,3}}(?: \S+){{0,2}}? (?:চেয়েছি|"
    rf"চাওয়া হয়েছে|তলব করা হয়েছে){STOP}",
    rf"(?:টিম|কমিটি|দল)\S{{0,2}}(?: \S+){{0,2}}? গঠন|বাকি (?:আছে|রয়েছে|থাকছে){STOP}",
    rf"\b(?:file|estimate|proposal|tender|requisition|note|chithi|letter|notice)(?: ?ta)?(?: "
    rf"\w+){{0,4}}? {_WENT_LATN}",
    rf"(?:\bke?|\w\wke|\bkach?he|\w e|\w(?:ay|te)) (?:\w+ ){{0,2}}?(?:{_WENT_LATN}|bolec?h+i|bole "
    rf"di\w+|bola ho\w+|janiyec?h+i|"
    r"kotha ho\w*|forward(?:ed)?(?: kor\w+)?)\b(?<!complainant)",
    r"\b(?:notice|hearing|meeting|date|din)\b(?: \w+){0,3}? (?:deo\w+|dewa|thik|fixed?|dharjo|jari|"
    r"daka)(?: kora)? ho\w+",
    r"\b(?:sathe|songe) kotha (?:ho\w*|bolec?h+i)\b|\bprocess e\b",
    r"(?:तिथि|तारीख|दिनांक|सुनवाई|बैठक)(?: \S+){0,4}? (?:निर्धारित|नियत|तय|बुलाई)(?:(?: \S+){0,2}? "
    r"(?:गया|गई|गयी))?",
    rf"{_PAPERS_HI}(?: \S+){{0,6}}? (?:भेज|प्रेषित|अग्रेषित|प्रस्तुत|लिखा)\S*(?: \S+){{0,2}}? (?:गया|गई|"
    rf"गयी|है)",
    r"(?:निविदा|टेंडर|नोटिस)(?: \S+){0,4}? (?:जारी|आमंत्रित|निकाल|दिया|भेज)\S*(?: \S+){0,2}? (?:गया|गई|गयी|है)",
    r"(?:टीम|समिति|दल|जांच अधिकारी)(?: \S+){0,3}? (?:गठित|गठन|नियुक्त|नामित)\S*(?: \S+){0,2}? (?:गया|"
    r"गई|है)|(?:से|को) बात (?:की|हुई|हो)",
    r"(?:मांगा|मांगी|मंगाई|मांग की) (?:गया|गई|है)",
    r"(?:मिति|सुनुवाइ|बैठक)(?: \S+){0,3}? (?:तोकि|निर्धारण|राखि|बोलाइ)\S*",
    rf"{_PAPERS_NE}(?: \S+){{0,5}}? (?:पठाइ|पेश गरि|बुझाइ|लेखि)\S*|{_OFFICES_NE}\S{{0,30}}(?: "
    rf"\S+){{0,3}}? (?:पठाइ|लेखि|बुझाइ)\S*",
    r"(?:लाई|सम्म|मा)(?: \S+){0,3}? (?:भनिएको|भनियो|निर्देशन (?:दि|गरि)|अनुरोध गरि|आदेश दि)|मागिएको|माग गरिएको",
    rf"(?:सुरु|शुरु|पूरा|मर्मत|समाधान|चालु) (?:हुन्छ|गर्छौं?|गरिन्छ){STOP}|टेन्डर भ|(?:समिति|टोली) (?:गठन|बना)",
)
# A step too, but one that may as well be told on the way to an end: alone it says enough, beside a promise it ends
# nothing.
ON_THE_WAY = any_of(
    r"\b\d+ ?(?:%|percent|per cent)(?: of)?(?: \S+){0,3}",
    rf"(?:তদন্ত|পরিদর্শন|মাপজোক|সার্ভে|জরিপ|এস্টিমেট|টেন্ডার|মিটিং|বৈঠক|কথা|আলোচনা|যোগাযোগ|শুনানি|"
    rf"ওয়ার্ক অর্ডার|অনুমোদন|বরাদ্দ|পাইপ|মাল|মালপত্র|"
    rf"সরঞ্জাম|\d ?%)\S{{0,3}}(?: \S+){{0,2}}? (?:হয়েছে|হল|হলো|করেছ\S*|দিয়েছ\S*|গেছে|গিয়েছে|এসেছে){STOP}",
    r"\b(?:tadanta|todonto|enquiry|estimate|tender|meeting|kotha|alochona|jogajog|survey|mapjok|mal|"
    r"pipe|work order|"
    r"allotment)(?: \w+){0,2}? (?:ho\w*ch+e|korec?h+[ei]n?|ge?c?h+e|esec?h+e)\b",
    r"(?:जांच|निरीक्षण|सर्वे|सर्वेक्षण|प्राक्कलन|बैठक|चर्चा|संपर्क|कार्यादेश|नापी|नाप|सामग्री|पाइप|"
    r"स्वीकृति|\d ?%)(?: \S+){0,3}? "
    r"(?:गया|गई|गयी|चुका|चुकी)",
    r"(?:छानबिन|निरीक्षण|बैठक|कुरा|सम्पर्क|सूचना|नापी|सामान|स्वीकृति)(?: \S+){0,2}? (?:भयो|गरियो|"
    r"गरिएको|भएको|सकियो|आयो)",
)
# It is not finished now, said behind the last deed.
UNFINISHED = any_of(
    r"(?<!nothing )(?<!nothing further )(?<!nothing more )\b(?:is|are|still|yet|now|remains?) "
    r"(?:(?!not|no)\w+ )?pending\b(?! (?:\w+ )?(?:before|in|at|with) (?:[\w']+ ){0,5}court)|\bawaited\b|"
    r"\bawaiting\b|\bin progress\b|\bunder (?:process|preparation)\b|\bto be (?:arranged|taken up|"
    r"started|completed)\b",
    rf"(?:বাকি|অপেক্ষায়|প্রক্রিয়াধীন|তৈরি হচ্ছে|দেখছি|দেখা হচ্ছে){STOP}(?! (?:নেই|নাই|রাস্তা|কাজ))|"
    rf"लंबित|प्रतीक्षा|प्रगति पर|बांकी छ",
)

# --- what we sent has come, or has not ------------------------------------------------------------------------------

_MAIL = (
    r"(?:e-?mails?|mails?|letters?|petition|complaint|grievance|message|reference|referral|application|"
    r"communication)"
)
_CAME = r"(?:received|noted|seen|acknowledged|docketed|diari[sz]ed|registered|logged|gone through|entered)"
_MAIL_BN = r"(?:মেইল|মেল|ইমেইল|ই-মেইল|চিঠি|পত্র|অভিযোগ|আবেদন|দরখাস্ত|বার্তা)"
RECEIVED = any_of(
    r"নোট (?:করলাম|করেছি|করা হল|করা হয়েছে)|(?:अवगत हुआ|नोट किया|नोट कर लिया)(?: गया| है)*|जानकारी "
    r"(?:भयो|पाइयो)",
    rf"\b{_MAIL}\b(?: (?!not\b|no\b|but\b)[\w/&]+){{0,5}}? {_CAME}\b"
    rf"(?: (?:vide|under|as) (?:\w+ ){{0,2}}?\S*\d\S*)?|\b{_CAME} (?:your|the|with thanks|the above|and "
    rf"noted)\b(?: {_MAIL})?|"
    r"\b(?:docketed|diari[sz]ed) (?:as|vide|under|in)\b",
    rf"{_MAIL_BN}\S{{0,3}}(?: \S+){{0,2}}? (?:পেয়েছি|পেলাম|পাওয়া গেছে|পাওয়া গেল|দেখেছি|দেখলাম|"
    rf"(?:প্রাপ্ত|গৃহীত|নথিভুক্ত|নথিভুক্ত করা|প্রাপ্তি) (?:হয়েছে|হলাম|হল)){STOP}",
    r"\b(?:e?mail|message|chithi|letter|obhijog|abedon)(?: ?ta| ti)?(?: \w+)? (?:peyec?h+i|pelam|"
    r"dekhlam|dekhec?h+i|pawa gec?h+e)\b",
    r"(?:मेल|ईमेल|ई-मेल|पत्र|शिकायत|आवेदन|संदेश)(?: (?!नहीं|कोई|असत्य|गलत|सही)\S+){0,2}? (?:प्राप्त "
    r"(?:हुआ|हुई|हो गया|हो गई|है)|मिला|मिल गया|"
    r"मिल गई|दर्ज (?:की|कर|हो)(?: \S+)? (?:गई|गया)|देख लिया)(?: है)?",
    r"(?:इमेल|मेल|पत्र|निवेदन|उजुरी)(?: \S+)? (?:प्राप्त (?:भयो|भएको छ)|पाइयो|पाएं|पाएको छु|दर्ता "
    r"(?:भयो|गरियो|भएको छ|गरिएको छ))",
)
_SHEET = r"(?:attachments?|enclosures?|annexures?|petition|copy|copies|scan\w*|pdf|pages?|image|link)"
_FACT = r"(?:ward|village|address|mobile|phone|name|number|no|details?|particulars|holding|contact|year|relief)"
ASKED = any_of(r"[^.?!।;|]{1,300}\?")
MISSING = any_of(
    rf"\b{_SHEET}\b(?: \w+){{0,4}}? (?:(?:not|n't) (?:been )?(?:attached|enclosed|received|found|"
    rf"open\w*|legible|readable|clear|visible|"
    r"there)|missing|illegible|unreadable|corrupt\w*|blank|without)\b",
    rf"\b{_FACT}s?\b(?: \w+){{0,4}}? not (?:been )?(?:mentioned|stated|clear|specified|legible|"
    rf"disclosed|(?:given|provided|available|found|"
    r"written) in (?:the )?(?:mail|petition|letter|complaint|application))\b",
    r"\b(?:petitioner|applicant|complainant|he|she) (?:has|have|did)(?:n't| not) (?:stated?|mentioned?|"
    r"specif\w+|said|disclosed?)\b",
    rf"\b(?:we|i|office|bank) (?:need|require|want)\b(?: \w+){{0,4}}? (?:copy|copies|documents?|"
    rf"passbook|aadhaar|papers|{_FACT})\b",
    r"\b(?:copy|copies|documents?|papers|aadhaar|details) (?:is|are) (?:required|needed)\b|\b(?:send|"
    r"sent) (?:\w+ )?(?:again|clear copy)\b",
    r"(?:কপি|দরখাস্ত|সংযুক্তি|অ্যাটাচমেন্ট|ফাইল|পিডিএফ)\S{0,4}(?: \S+){0,4}? (?:আসেনি|খুলছে না|পাওয়া "
    r"যায়নি|অস্পষ্ট|পড়া যাচ্ছে না|নেই)",
    r"(?:ঠিকানা|নাম|নম্বর|ওয়ার্ড)\S{0,4}(?: \S+){0,2}? (?:স্পষ্ট নয়|অসম্পূর্ণ|(?:লেখা|দেওয়া|উল্লেখ) "
    r"(?:নেই|নাই|হয়নি|করা নেই|করা হয়নি))",
    r"(?:পাঠালে|জানালে|দিলে|পেলে) (?:খুব )?(?:ভালো|সুবিধা|উপকৃত|বাধিত)|\b(?:mail|abedon|dorkhasto) ?e "
    r"(?:\w+ )?(?:lekha )?nei\b",
    r"(?:पता|नाम|नंबर|मोबाइल|वार्ड|आवेदन में|मेल में|पत्र में)(?: \S+){0,3}? (?:नहीं (?:लिखा|दिया|लिखी|"
    r"दी|है\b)|साफ नहीं|स्पष्ट नहीं|सिर्फ)(?! जा)",
    r"(?:प्रति|संलग्नक|फाइल|आवेदन)(?: \S+){0,3}? (?:नहीं (?:मिल|खुल|आई)|(?:साफ|स्पष्ट) नहीं|अपठनीय)",
    r"(?:निवेदन|इमेल|पत्र)मा (?:\S+ ){0,2}?(?:उल्लेख )?छैन|(?:खुलेन|प्रस्ट छैन|स्पष्ट छैन)",
)
