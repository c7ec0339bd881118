"""
The words that stand beside numbers in English, Bengali, Hindi, Nepali and their romanised forms.

`ID_LABEL` names numbers that are no phone's, `PHONE_LABEL` those that are; `SAID_OWN` and `SAID_ANOTHERS` say whose; a
`CLOSING` or a `PERSONAL_LINE` above a number shows that it stands among the writer's own particulars.
"""

import re

ID_LABEL = re.compile(
    r"a+dh?a+r|adhar|uid(?:ai)?\b|\ba/?c\b|\bac\b|account|acct|khata\b|consumer|customer|\bcust\b|subscriber|"
    r"\bca\b|connection|meter|\bpnr\b|ration|"
    r"\brc\b|card|application|\bappl?\b\.?|applicant id|docket|\bref(?:erence)?\b|receipt|registration|"
    r"\bregn?\b|enrol+ment|roll\b|ticket|\bcase\b|"
    r"\bfir\b|\bgde?\b|diary|memo|order|invoice|bill|challan|transaction|\btxn\b|\butr\b|\brrn\b|\bifsc\b|"
    r"\bupi\b|loan|policy|passport|licen[cs]e|"
    r"epic|voter|vehicle|\bpan\b|\bgst|\bpin\b|khatian|khatiyan|plot|\bdag\b|mouza|job ?card|\bppo\b|"
    r"pension id|beneficiary|\bid\b|token|complaint (?:no|id)|"
    r"complain no|grievance (?:no|id)|serial|sl\.? ?no|tracking|\bawb\b|folio|certificate|swasthya|"
    r"ab[ei]d[ao]n|a?avedan|d[oa]rkhast|gr[ao]h[ao]k|upbho?kta|r[ao]sid|panjik[ao]ran|sankhya|bijli|"
    r"rs\.?(?=\s*$)|₹|rupees|amount|taka|"
    r"আধার|অ্যাকাউন্ট|একাউন্ট|হিসাব|খাতা|গ্রাহক|কনজিউমার|কনজ়িউমার|মিটার|রেশন|কার্ড|আবেদন|দরখাস্ত|রেফারেন্স|রসিদ|"
    r"রেজিস্ট্রেশন|নথি|ডকেট|রোল|টিকিট|মামলা|"
    r"ডায়েরি|ডায়েরি|মেমো|বিল|ঋণ|লোন|পাসপোর্ট|লাইসেন্স|ভোটার|পিন|খতিয়ান|খতিয়ান|দাগ|প্লট|জব কার্ড|আইডি|টোকেন|টাকা|"
    r"ক্রমিক|পিএনআর|"
    r"आधार|खाता|अकाउंट|उपभोक्ता|ग्राहक|कनेक्शन|मीटर|राशन|कार्ड|आवेदन|रसीद|पंजीकरण|रजिस्ट्रेशन|संदर्भ|डॉकेट|रोल|"
    r"टिकट|मुकदमा|"
    r"केस|एफआईआर|बिल|ऋण|लोन|"
    r"पासपोर्ट|लाइसेंस|वोटर|मतदाता|पिन|खतियान|प्लॉट|जॉब|आईडी|टोकन|रुपये|रु|क्रमांक|पीएनआर|निवेदन नं",
    re.IGNORECASE,
)
PHONE_LABEL = re.compile(
    r"mobi(?:le|el|l)|\bmob\b|\bmbl?\b|phone|\bfone\b|\bph\b|\btel\b|telephone|\bcell\b|whats ?app|\bwp\b|"
    r"\bw/?a\b|contact|\bcont\b|call(?:ing)?\b|ring\b|"
    r"\bsms\b|helpline|\bnumber is\b|\bnamber|\bnombor|\bnomber|☎|📞|📱|✆|মোবাইল|মোবাইলের|মোবা|মোঃ|মো[:.]|ফোন|"
    r"হোয়াটস|হোয়াটস|যোগাযোগ|কল কর|দূরভাষ|"
    r"मोबाइल|मोबाईल|मो[.०:]|फोन|फ़ोन|व्हाट्स|संपर्क|सम्पर्क|दूरभाष|कॉल|wa\.me/|tel:",
    re.IGNORECASE,
)
SAID_OWN = re.compile(
    r"\bmy\b|\bme\b|\bmine\b|\bmyself\b|\bour\b|\bus\b|\bi am\b|complainant|applicant|petitioner|undersigned|"
    r"\bself\b|আমার|আমাকে|আমাদের|আমায়|আমি|নিজের|আবেদনকার|অভিযোগকার|"
    r"मेरा|मेरी|मेरे|मुझे|मुझसे|हमारा|हमारे|अपना|आवेदक|शिकायतकर्ता|मेरो|मलाई|हाम्रो|\bamar\b|\bamr\b|\bamake\b|"
    r"\bamader\b|"
    r"\bami\b|\bmera\b|\bmere\b|\bmeri\b|\bmujhe\b|\bhamara\b|\bmero\b",
    re.IGNORECASE,
)
SAID_ANOTHERS = re.compile(
    r"\bhis\b|\bher\b|\bhim\b|\btheir\b|\bits\b|officer|\boffice\b|\bo\.?c\b|\bi\.?c\b|\bbdo\b|\bsdo\b|\bdm\b|"
    r"\bsp\b|\bbmoh\b|\bcmoh\b|\bblro\b|inspector|police|thana|accused|"
    r"contractor|councill?or|pradhan|panchayat|secretary|manager|dealer|agent|doctor|\bdr\b|engineer|helpline|"
    r"toll|customer care|control room|broker|dalal|"
    r"neighbou?r|landlord|owner|driver|caller|fraud|scam|hospital|bank|school|headmaster|\buncle\b|\bleader\b|"
    r"\bneta\b|called me|phoned me|from the number|threat|"
    r"তার |তাঁর|ওনার|ওঁর|উনার|ওর |অফিসার|বিডিও|প্রধান|থানা|পুলিশ|ঠিকাদার|কাউন্সিলর|ডাক্তার|ডিলার|দালাল|নেতা|"
    r"ম্যানেজার|হাসপাতাল|ব্যাঙ্ক|অভিযুক্ত|প্রতারক|হুমকি|"
    r"उसका|उसकी|उनका|उनके|उनकी|अधिकारी|बीडीओ|थाना|पुलिस|ठेकेदार|पार्षद|डॉक्टर|डीलर|दलाल|नेता|प्रधान|मैनेजर|"
    r"अस्पताल|बैंक|"
    r"आरोपी|ठग|धमकी|\btar\b|\bonar\b|\bunar\b|\buska\b|\bunka\b|\buski\b",
    re.IGNORECASE,
)
CLOSING = re.compile(
    r"regards|faithfully|sincerely|truly|obedient|thank(?:s| you|ing)|yours\b|humbly|বিনীত|ইতি|নিবেদক|"
    r"নিবেদিকা|ধন্যবাদ|বিনীতা|প্রণাম|भवदीय|धन्यवाद|प्रार्थी|निवेदक|"
    r"सादर|binit|nibedok|iti\b|dhonnobad|dhanyavad|dhanyabad|prarthi|\bfrom\s*[:,-]",
    re.IGNORECASE,
)
PERSONAL_LINE = re.compile(
    r"(?:^|\n)[ \t]{0,8}(?:name|address|vill(?:age)?|p\.?o\.?|p\.?s\.?|dist(?:rict)?|নাম|ঠিকানা|গ্রাম|পোঃ|জেলা|"
    r"नाम|पता|ग्राम|जिला|naam|thikana|gram)[ \t]{0,4}[:：.-]",
    re.IGNORECASE,
)
