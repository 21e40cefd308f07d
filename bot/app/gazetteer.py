"""What people call places and times, beyond what CLDR and the zone database know.

Tables only; they are searched by `bot.app.zone_search`. Nothing here is an opinion on borders: an entry says which
clock hangs on the wall there.
"""

from __future__ import annotations

from typing import Final

#: Zones in which people commonly watch, from east to west: shown where nothing was asked for.
WATCHED_ZONES: Final = (
    "Asia/Seoul",
    "Asia/Tokyo",
    "Asia/Manila",
    "Asia/Singapore",
    "Asia/Jakarta",
    "Asia/Bangkok",
    "Asia/Kolkata",
    "Asia/Dubai",
    "Europe/Istanbul",
    "Africa/Lagos",
    "Europe/Berlin",
    "Europe/Paris",
    "Europe/London",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Mexico_City",
    "Australia/Sydney",
    "Pacific/Auckland",
)

#: The best known zones after those; within a country the one where most people live comes first.
_KNOWN: Final = """
Asia/Shanghai Asia/Taipei Asia/Hong_Kong Asia/Ho_Chi_Minh Asia/Kuala_Lumpur Asia/Karachi Asia/Dhaka Asia/Colombo
Asia/Kathmandu Asia/Yangon Asia/Riyadh Asia/Tehran Asia/Baghdad Asia/Jerusalem Asia/Almaty Asia/Tashkent Asia/Kabul
Asia/Phnom_Penh Asia/Vientiane Asia/Ulaanbaatar Asia/Makassar Asia/Jayapura Asia/Kuching Asia/Pyongyang
Asia/Tbilisi Asia/Yerevan Asia/Baku Asia/Beirut Asia/Amman Asia/Damascus Asia/Kuwait Asia/Qatar Asia/Bahrain
Asia/Nicosia Asia/Hebron
Europe/Madrid Europe/Rome Europe/Amsterdam Europe/Warsaw Europe/Stockholm Europe/Lisbon Europe/Dublin Europe/Vienna
Europe/Zurich Europe/Brussels Europe/Prague Europe/Budapest Europe/Copenhagen Europe/Oslo Europe/Athens
Europe/Bucharest Europe/Helsinki Europe/Kyiv Europe/Moscow Europe/Sofia Europe/Belgrade Europe/Zagreb Europe/Minsk
Asia/Yekaterinburg Asia/Novosibirsk Europe/Samara Asia/Omsk Asia/Krasnoyarsk Asia/Irkutsk Asia/Vladivostok
Asia/Yakutsk Europe/Kaliningrad Asia/Kamchatka Atlantic/Reykjavik Atlantic/Canary Atlantic/Azores
Africa/Cairo Africa/Johannesburg Africa/Nairobi Africa/Casablanca Africa/Algiers Africa/Accra Africa/Addis_Ababa
Africa/Tunis Africa/Kinshasa Africa/Lubumbashi Africa/Abidjan Africa/Dakar Africa/Khartoum
America/Toronto America/Vancouver America/Edmonton America/Winnipeg America/Halifax America/Regina
America/St_Johns America/Phoenix America/Detroit America/Indiana/Indianapolis America/Anchorage Pacific/Honolulu
America/Argentina/Buenos_Aires America/Bogota America/Santiago America/Lima America/Caracas America/Guayaquil
America/Monterrey America/Tijuana America/Cancun America/Hermosillo America/Puerto_Rico America/Jamaica
America/Panama America/Costa_Rica America/Guatemala America/Havana America/Santo_Domingo America/Montevideo
America/La_Paz America/Asuncion America/Bahia America/Fortaleza America/Recife America/Manaus America/Belem
America/Cuiaba America/Nuuk
Australia/Melbourne Australia/Brisbane Australia/Perth Australia/Adelaide Australia/Darwin Australia/Hobart
Pacific/Guam Pacific/Fiji Pacific/Port_Moresby Pacific/Pago_Pago Pacific/Tahiti Pacific/Tarawa Pacific/Majuro
Pacific/Pohnpei Pacific/Chatham
"""
KNOWN_ZONES: Final = WATCHED_ZONES + tuple(_KNOWN.split())

#: Where speakers of a language that belongs to no one country are likeliest to live, by CLDR's region code.
REGION_ZONES: Final = {
    "419": (
        "America/Mexico_City",
        "America/Bogota",
        "America/Argentina/Buenos_Aires",
        "America/Santiago",
        "America/Lima",
        "America/Caracas",
    )
}

#: Places whose clock goes by a zone of another name: English name, its Korean name after "=", other spellings
#: after "/"; the first in Japanese writing is what Japanese readers see.
_CITIES: Final = """
Asia/Seoul: Busan=부산/Pusan/釜山/プサン; Incheon=인천/仁川/インチョン; Daegu=대구/Taegu/大邱/テグ; Daejeon=대전; \
Gwangju=광주; Ulsan=울산; Suwon=수원; Jeju=제주/Cheju/제주도/済州/チェジュ; Sejong=세종
Asia/Tokyo: Osaka=오사카/大阪; Kyoto=교토/京都; Yokohama=요코하마/横浜; Nagoya=나고야/名古屋; Sapporo=삿포로/札幌; \
Fukuoka=후쿠오카/福岡; Kobe=고베/神戸; Hiroshima=히로시마/広島; Okinawa=오키나와/沖縄; Sendai=센다이/仙台
Asia/Shanghai: Beijing=베이징/Peking/북경/北京/ペキン/Pekín/Pequim/Pékin; Guangzhou=광저우/Canton/広州; \
Shenzhen=선전/심천/深圳; Chengdu=청두; Wuhan=우한; Chongqing=충칭; Tianjin=톈진; Hangzhou=항저우; Nanjing=난징; \
Xi'an=시안; Qingdao=칭다오; Harbin=하얼빈; Shenyang=선양; Yanji=옌지/연길
Asia/Taipei: Kaohsiung=가오슝/高雄; Taichung=타이중/台中; Tainan=타이난
Asia/Hong_Kong: Kowloon=구룡
Asia/Kolkata: Mumbai=뭄바이/Bombay/ムンバイ; Delhi=델리/デリー; \
New Delhi=뉴델리/ニューデリー/Nueva Delhi/Nova Délhi/Neu-Delhi; Bengaluru=벵갈루루/Bangalore/방갈로르; \
Chennai=첸나이/Madras; Hyderabad=하이데라바드; Pune=푸네/Poona; Ahmedabad=아마다바드; Jaipur=자이푸르; Surat=수라트; \
Lucknow; Kochi/Cochin; Thiruvananthapuram/Trivandrum; Chandigarh; Goa=고아; Guwahati; Imphal; Bhopal; Indore; \
Nagpur; Patna; Visakhapatnam; Coimbatore; Kanpur; Shillong; Kohima; Aizawl
Asia/Karachi: Lahore=라호르; Islamabad=이슬라마바드; Rawalpindi; Faisalabad; Hyderabad
Asia/Dhaka: Chittagong/Chattogram; Sylhet
Asia/Colombo: Kandy; Sri Jayawardenepura Kotte
Asia/Kathmandu: Pokhara
Asia/Yangon: Mandalay; Naypyidaw=네피도; Rangoon
Asia/Bangkok: Chiang Mai=치앙마이; Phuket=푸껫/푸켓; Pattaya=파타야
Asia/Ho_Chi_Minh: Hanoi=하노이/ハノイ; Da Nang=다낭/Danang; Saigon=사이공; Hai Phong
Asia/Manila: Quezon City=케손시티; Cebu=세부/Cebu City/セブ; Davao=다바오; Baguio; Iloilo
Asia/Jakarta: Bandung=반둥; Surabaya=수라바야; Medan=메단; Yogyakarta=욕야카르타/Jogja; Semarang; Palembang; Bekasi; \
Depok
Asia/Makassar: Bali=발리/バリ; Denpasar=덴파사르; Lombok; Balikpapan; Manado
Asia/Kuala_Lumpur: Penang=페낭/George Town; Johor Bahru=조호르바루; Putrajaya
Asia/Kuching: Kota Kinabalu=코타키나발루; Sabah; Sarawak
Asia/Dubai: Abu Dhabi=아부다비; Sharjah
Asia/Riyadh: Jeddah=제다; Mecca=메카/Makkah; Medina; Dammam
Asia/Qatar: Doha=도하
Asia/Jerusalem: Tel Aviv=텔아비브; Haifa
Asia/Tehran: Mashhad; Isfahan
Asia/Baghdad: Basra; Erbil
Asia/Almaty: Astana=아스타나/Nur-Sultan; Shymkent
Asia/Bahrain: Manama=마나마
Asia/Hebron: Ramallah
Europe/Istanbul: Ankara=앙카라; Izmir=이즈미르; Antalya=안탈리아; Bursa
Europe/London: Manchester=맨체스터; Birmingham=버밍엄; Liverpool=리버풀; Leeds; Bristol; Sheffield; Newcastle; \
Oxford=옥스퍼드; Cambridge=케임브리지; Edinburgh=에든버러; Glasgow=글래스고; Cardiff=카디프; Belfast=벨파스트; \
England=잉글랜드/イングランド/Inglaterra/Angleterre/Inggris; \
Scotland=스코틀랜드/スコットランド/Escocia/Escócia/Écosse/Schottland; Wales=웨일스/ウェールズ/Gales; \
Northern Ireland=북아일랜드
Europe/Dublin: Cork; Galway
Europe/Paris: Marseille=마르세유/マルセイユ/Marsella/Marselha; Lyon=리옹; Toulouse=툴루즈; Nice=니스; \
Bordeaux=보르도; Lille; Strasbourg; Nantes
Europe/Berlin: Munich=뮌헨/München/Muenchen/ミュンヘン/Múnich; Hamburg=함부르크/ハンブルク/Hamburgo/Hambourg; \
Frankfurt=프랑크푸르트/フランクフルト/Fráncfort/Francfort; Cologne=쾰른/Köln/Koeln/ケルン/Colonia/Colônia; \
Stuttgart=슈투트가르트; Düsseldorf=뒤셀도르프/Duesseldorf; Leipzig=라이프치히; Dresden; Hannover/Hanover; \
Nuremberg/Nürnberg; Bremen; Bonn=본
Europe/Vienna: Salzburg=잘츠부르크; Graz; Innsbruck
Europe/Zurich: Geneva=제네바/Genève/Genf/ジュネーヴ/Ginebra/Genebra; Basel=바젤; Bern=베른; Lausanne
Europe/Madrid: Barcelona=바르셀로나/バルセロナ/Barcelone; Valencia=발렌시아; Seville=세비야/Sevilla; Bilbao=빌바오; \
Málaga; Zaragoza; Granada; Córdoba; Mallorca=마요르카
Europe/Lisbon: Porto=포르투/Oporto
Europe/Rome: Milan=밀라노/Milano/ミラノ/Milán/Milão/Mailand; Naples=나폴리/Napoli/ナポリ/Nápoles/Neapel; \
Turin=토리노/Torino/トリノ/Turín; Venice=베네치아/Venezia/ヴェネツィア/Venecia/Veneza/Venise/Venedig; \
Florence=피렌체/Firenze/フィレンツェ/Florencia/Florença/Florenz; Bologna; Palermo
Europe/Amsterdam: Rotterdam=로테르담; The Hague=헤이그/Den Haag/ハーグ/La Haya/Haia/La Haye; Utrecht; Eindhoven
Europe/Brussels: Antwerp=안트베르펜/Antwerpen; Ghent/Gent; Bruges
Europe/Warsaw: Kraków=크라쿠프/Cracow; Wrocław; Gdańsk; Poznań; Łódź
Europe/Prague: Brno
Europe/Stockholm: Gothenburg=예테보리/Göteborg; Malmö
Europe/Copenhagen: Aarhus
Europe/Oslo: Bergen=베르겐
Europe/Helsinki: Tampere; Espoo
Europe/Athens: Thessaloniki
Europe/Bucharest: Cluj-Napoca; Timișoara
Europe/Kyiv: Lviv=리비우; Odesa=오데사/Odessa; Kharkiv=하르키우/Kharkov
Europe/Moscow: \
Saint Petersburg=상트페테르부르크/St Petersburg/サンクトペテルブルク/San Petersburgo/São Petersburgo/Sankt Petersburg; \
Nizhny Novgorod; Kazan=카잔; Sochi
Africa/Cairo: Alexandria=알렉산드리아; Giza
Africa/Lagos: Abuja=아부자; Kano; Ibadan; Port Harcourt
Africa/Johannesburg: Cape Town=케이프타운/ケープタウン/Ciudad del Cabo/Cidade do Cabo/Le Cap/Kapstadt; \
Pretoria=프리토리아; Durban=더반; Soweto
Africa/Casablanca: Rabat=라바트; Marrakesh=마라케시/Marrakech; Fez
Africa/Nairobi: Mombasa
Africa/Accra: Kumasi
Africa/Abidjan: Yamoussoukro
Africa/Dar_es_Salaam: Zanzibar; Dodoma
America/New_York: Washington D.C.=워싱턴 D.C./Washington/워싱턴/ワシントン; Boston=보스턴/ボストン; \
Philadelphia=필라델피아; Atlanta=애틀랜타; Miami=마이애미/マイアミ; Orlando=올랜도; Tampa; Baltimore=볼티모어; \
Pittsburgh=피츠버그; Charlotte; Cleveland; Columbus; Cincinnati; Raleigh; Buffalo; Brooklyn=브루클린; \
Manhattan=맨해튼; Jacksonville; New York City/NYC=뉴욕시; New Jersey=뉴저지; Connecticut; Delaware; \
Florida=플로리다; Georgia=조지아; Maine; Maryland=메릴랜드; Massachusetts=매사추세츠; New Hampshire; North Carolina; \
Ohio=오하이오; Pennsylvania=펜실베이니아; Rhode Island; South Carolina; Vermont; Virginia=버지니아; West Virginia
America/Detroit: Ann Arbor; Grand Rapids; Michigan=미시간
America/Indiana/Indianapolis: Indiana=인디애나
America/Kentucky/Louisville: Kentucky
America/Chicago: Houston=휴스턴; Dallas=댈러스; Austin=오스틴; San Antonio=샌안토니오; New Orleans=뉴올리언스; \
Minneapolis=미니애폴리스; St. Louis/Saint Louis; Kansas City; Milwaukee; Memphis; Nashville=내슈빌; Oklahoma City; \
Omaha; Fort Worth; Alabama; Arkansas; Illinois=일리노이; Iowa; Kansas; Louisiana; Minnesota; Mississippi; Missouri; \
Nebraska; North Dakota; Oklahoma; South Dakota; Tennessee; Texas=텍사스/テキサス/Tejas; Wisconsin
America/Denver: Salt Lake City=솔트레이크시티; Albuquerque; Colorado Springs; El Paso; Colorado=콜로라도; Montana; \
New Mexico; Utah=유타; Wyoming
America/Boise: Idaho
America/Phoenix: Tucson; Arizona=애리조나; Mesa
America/Los_Angeles: San Francisco=샌프란시스코/SF/サンフランシスコ; San Diego=샌디에이고; San Jose=새너제이; \
Seattle=시애틀/シアトル; Portland=포틀랜드; Las Vegas=라스베이거스/Vegas/ラスベガス; Sacramento=새크라멘토; Oakland; \
LA; Hollywood=할리우드; California=캘리포니아/カリフォルニア/Califórnia/Californie/Kalifornien; Nevada=네바다; \
Oregon=오리건; Washington State=워싱턴주/Washington
America/Anchorage: Alaska=알래스카; Fairbanks
Pacific/Honolulu: Hawaii=하와이/ハワイ/Hawái/Havaí; Maui
America/Toronto: Montreal=몬트리올/Montréal; Ottawa=오타와; Québec=퀘벡/Quebec City; Hamilton; Mississauga; \
Ontario=온타리오
America/Vancouver: Victoria; British Columbia=브리티시컬럼비아
America/Edmonton: Calgary=캘거리; Alberta=앨버타
America/Winnipeg: Manitoba
America/Regina: Saskatoon; Saskatchewan
America/Halifax: Nova Scotia; Prince Edward Island
America/Moncton: New Brunswick
America/St_Johns: Newfoundland
America/Mexico_City: Guadalajara=과달라하라; Puebla; León; CDMX; Querétaro
America/Cancun: Quintana Roo
America/Puerto_Rico: San Juan=산후안
America/Jamaica: Kingston=킹스턴
America/Costa_Rica: San José=산호세
America/Guatemala: Guatemala City
America/Panama: Panama City
America/Bogota: Medellín=메데인; Cali; Barranquilla; Cartagena
America/Guayaquil: Quito=키토
America/Caracas: Maracaibo; Valencia
America/Lima: Arequipa; Cusco=쿠스코/Cuzco
America/La_Paz: Santa Cruz de la Sierra; Cochabamba
America/Santiago: Valparaíso; Concepción
America/Argentina/Buenos_Aires: Rosario; La Plata
America/Sao_Paulo: Rio de Janeiro=리우데자네이루/Rio/リオデジャネイロ/Río de Janeiro; Brasília=브라질리아; \
Belo Horizonte; Curitiba; Porto Alegre; Campinas; Florianópolis; Goiânia; Vitória
America/Bahia: Salvador
America/Fortaleza: Natal; Teresina; São Luís
Australia/Sydney: Canberra=캔버라; Newcastle; Wollongong; New South Wales/NSW
Australia/Melbourne: Geelong; Victoria
Australia/Brisbane: Gold Coast=골드코스트; Cairns=케언스; Townsville; Queensland=퀸즐랜드
Australia/Perth: Western Australia
Australia/Adelaide: South Australia
Australia/Darwin: Northern Territory; Alice Springs
Australia/Hobart: Tasmania
Pacific/Auckland: Wellington=웰링턴; Christchurch=크라이스트처치; Queenstown=퀸스타운; Hamilton; Dunedin
Pacific/Fiji: Suva; Nadi
"""

#: What countries are called besides CLDR's names and ISO's codes, by ISO code.
_COUNTRIES: Final = """
AE: UAE/Emirates/유에이이
AU: 호주
BA: Bosnia/보스니아
CD: DR Congo/DRC/Congo
CG: Congo
CI: Ivory Coast
CN: PRC/Mainland China
CV: Cabo Verde
CZ: Czech Republic
FM: Micronesia
GB: UK/Great Britain/Britain
HK: Hong Kong/홍콩
KP: DPRK/이북
KR: Korea/Republic of Korea/ROK/한국/남한
LA: Lao
MK: Macedonia
MM: Burma/버마
MO: Macau/Macao/마카오
NL: Holland/The Netherlands/홀란드
PH: The Philippines/Pinas
PS: Palestine/Gaza/West Bank
RU: Russian Federation
SZ: Swaziland
TL: East Timor
TR: Turkey/터키
TW: ROC/Chinese Taipei
US: USA/U.S./U.S.A./America/United States of America/The States/아메리카
VA: Vatican
"""

#: Abbreviations and names of times of day, with every zone that somebody may mean, the likeliest first. Whether
#: one is in force is not looked at: people in New York say "EST" in July, and each choice shows its true time.
_TIMES: Final = """
UTC Z Zulu: UTC
GMT: Europe/London UTC Africa/Accra Africa/Abidjan Atlantic/Reykjavik
KST 한국시간 한국표준시 韓国時間: Asia/Seoul
JST 일본시간 日本時間 日本標準時: Asia/Tokyo
IST: Asia/Kolkata Asia/Jerusalem Europe/Dublin
IDT: Asia/Jerusalem
CST: America/Chicago Asia/Shanghai America/Havana America/Mexico_City Asia/Taipei America/Regina America/Costa_Rica \
America/Guatemala America/Winnipeg
CDT: America/Chicago America/Havana America/Winnipeg
CT Central Central_Time 중부시간: America/Chicago America/Winnipeg
EST: America/New_York America/Toronto America/Panama America/Jamaica America/Cancun
EDT ET Eastern Eastern_Time 동부시간: America/New_York America/Toronto
MST: America/Denver America/Phoenix America/Edmonton America/Hermosillo
MDT MT Mountain Mountain_Time 산악시간: America/Denver America/Edmonton
PST: America/Los_Angeles Asia/Manila America/Vancouver America/Tijuana
PDT PT Pacific Pacific_Time 태평양시간 서부시간: America/Los_Angeles America/Tijuana
AST: America/Halifax America/Puerto_Rico Asia/Riyadh America/Santo_Domingo Atlantic/Bermuda
ADT AT: America/Halifax Atlantic/Bermuda
NST NDT NT: America/St_Johns
AKST AKDT AKT: America/Anchorage
HST HDT: Pacific/Honolulu America/Adak
SST: Pacific/Pago_Pago Asia/Singapore
BST: Europe/London Asia/Dhaka Pacific/Bougainville
WET WEST: Europe/Lisbon Atlantic/Canary
CET CEST MET MEST: Europe/Berlin Europe/Paris Europe/Madrid Europe/Rome Europe/Amsterdam Europe/Warsaw \
Europe/Stockholm Europe/Vienna Europe/Zurich Europe/Brussels Europe/Prague Europe/Budapest Europe/Copenhagen \
Europe/Oslo Europe/Belgrade
EET EEST: Europe/Athens Europe/Bucharest Europe/Helsinki Europe/Kyiv Europe/Sofia Europe/Vilnius Europe/Riga \
Europe/Tallinn Africa/Cairo Asia/Beirut Europe/Chisinau
MSK: Europe/Moscow Europe/Minsk
TRT: Europe/Istanbul
WAT: Africa/Lagos
CAT: Africa/Maputo Africa/Harare Africa/Lusaka Africa/Kigali
EAT: Africa/Nairobi Africa/Addis_Ababa Africa/Dar_es_Salaam Africa/Kampala
SAST: Africa/Johannesburg
GST: Asia/Dubai Atlantic/South_Georgia
IRST IRDT: Asia/Tehran
PKT: Asia/Karachi
NPT: Asia/Kathmandu
BDT: Asia/Dhaka Asia/Brunei
MMT: Asia/Yangon
UZT: Asia/Tashkent
ICT: Asia/Bangkok Asia/Ho_Chi_Minh Asia/Phnom_Penh Asia/Vientiane
WIB: Asia/Jakarta
WITA: Asia/Makassar
WIT: Asia/Jayapura
SGT: Asia/Singapore
MYT: Asia/Kuala_Lumpur
HKT: Asia/Hong_Kong
PHT PHST: Asia/Manila
TST: Asia/Taipei
AWST: Australia/Perth
ACST ACDT ACT: Australia/Adelaide Australia/Darwin
AEST AEDT AET: Australia/Sydney Australia/Brisbane Australia/Melbourne Australia/Hobart
NZST NZDT NZT: Pacific/Auckland
ChST: Pacific/Guam
FJT: Pacific/Fiji
BRT BRST: America/Sao_Paulo
ART: America/Argentina/Buenos_Aires
CLT CLST: America/Santiago
COT: America/Bogota
PET: America/Lima
VET: America/Caracas
UYT: America/Montevideo
"""


def cities() -> list[tuple[str, str, str | None, tuple[str, ...]]]:
    """The places of the table: zone, English name, Korean name where there is one, other spellings."""
    found: list[tuple[str, str, str | None, tuple[str, ...]]] = []
    for zone, entries in _rows(_CITIES):
        for entry in entries.split(";"):
            english, *rest = (part.strip() for part in entry.split("="))
            name, *spellings = (part.strip() for part in english.split("/"))
            korean: str | None = None
            if rest:
                korean, *more = (part.strip() for part in rest[0].split("/"))
                spellings += more
            found.append((zone, name, korean, tuple(spellings)))
    return found


def countries() -> dict[str, tuple[str, ...]]:
    """Other names of countries by ISO 3166 code."""
    return {code: tuple(names.split("/")) for code, names in _rows(_COUNTRIES)}


def times() -> dict[str, tuple[str, ...]]:
    """The zones behind each abbreviation, the likeliest first."""
    return {name.replace("_", " "): tuple(zones.split()) for names, zones in _rows(_TIMES) for name in names.split()}


def _rows(table: str) -> list[tuple[str, str]]:
    rows = (line.partition(":") for line in table.splitlines() if line)
    return [(head.strip(), tail.strip()) for head, _, tail in rows]
