"""Given and family names in many scripts, to be put together at random: nobody in particular."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NameList:
    """Names of one script or spelling habit, and how a full name is written with them."""

    share: float
    given: tuple[str, ...]
    family: tuple[str, ...]
    family_first: bool = False
    spaced: bool = True


def _list(
    share: float, given: str, family: str, *, family_first: bool = False, spaced: bool = True
) -> NameList:
    return NameList(share, tuple(given.split()), tuple(family.split()), family_first, spaced)


NAME_LISTS: dict[str, NameList] = {
    "Latin, English and Irish": _list(
        0.16,
        "Alice Amber Brigid Callum Ciarán Daisy Edith Fergus Grace Hazel Isla Jasper Maeve Niamh Oisín Owen "
        "Poppy Róisín Rowan Ruby Seán Siobhán Theo Una Wren Zoë",
        "O'Hara O'Neill O'Shea D'Arcy Ashdown Birchall Brightwell Fairweather Fernsby Greenhalgh Hartley "
        "Kilbride Larkin MacAuley Merriweather Nightingale Oakley Penhaligon Quigley Redfern Thistlewood Wren-Hale",
    ),
    "Latin, Romance": _list(
        0.13,
        "Adèle Álvaro Benoît Chloé Concepción Élodie François Gonçalo Inês Íñigo João Lucía Mónica Noël Óscar "
        "Raúl Renée Sofía Tomás Zélie",
        "Álvarez d'Ávila D’Angelo Brandão Castañeda Chénier Dell'Acqua Estêvão Fernández Gonçalves Ibáñez L'Hôte "
        "Magalhães Muñoz N'Guessan Núñez Peña Solé Teyssèdre Zúñiga",
    ),
    "Latin, Central European and Nordic": _list(
        0.11,
        "Åsa Bjørn Čeněk Dörte Grażyna Håkon Jürgen Kateřina Łukasz Małgorzata Øyvind Ødger Pál Řehoř Saša Sólveig "
        "Šárka Zdeněk Žofie Ágnes Þóra",
        "Åkesson Bøgh Černý Dvořáček Groß Hłasko Jørgensen Kőszegi Łuczak Müller-Öhm Nyström Őry Příhoda Skłodowicz "
        "Søndergård Šťastný Væver Wójcik Zieliński Ždímal",
    ),
    "Latin, Turkish": _list(
        0.05,
        "Ayşe Çağla Doğan Elif Gökçe Işıl İbrahim Müge Özgür Şebnem Tuğba Ülkü Yiğit Zeynep",
        "Akgün Bağcı Çelebi Değirmenci Erdoğdu Gündüz Işık Kılıç Öztürk Şimşek Türkoğlu Yıldırım",
    ),
    "Latin, Vietnamese": _list(
        0.06,
        "Ánh Bảo Cường Diệu Đức Giang Hạnh Hương Khuê Liễu Mỹ Ngọc Phượng Quỳnh Thảo Tuấn Uyên Việt Xuân Yến",
        "Bùi Châu Đặng Đỗ Dương Hồ Huỳnh Lê Lý Ngô Nguyễn Phạm Phan Tạ Trần Trịnh Võ Vũ",
        family_first=True,
    ),
    "Latin, Yoruba and Igbo": _list(
        0.06,
        "Adébáyọ̀ Àbíkẹ́ Ayọ̀délé Chịdịma Ẹniọlá Fẹ́mi Ìdòwú Káyọ̀dé Ngọzi Ọlábísí Olúṣẹ́gun Ọmọ́tọ́lá Ṣadé Táíwò Títílayọ̀ Yétúndé",
        "Adéṣínà Afọlábí Àkànní Awólọ́wọ̀ Ẹkwúémé Fágúnwà Ìdáhọ̀ Ògúnbánjọ Ọdúnṣì Ọlátúnjí Ọ̀ṣúnlá Ṣóyẹmí",
    ),
    "Cyrillic": _list(
        0.07,
        "Агафья Богдан Варвара Григорий Ділара Евдокия Жанна Злата Игорь Їлена Ксения Любава Мстислав Ольга Пётр "
        "Святослав Тарас Ульяна Фёдор Юлия",
        "Березин Вишнякова Гончар Дуброва Ємець Журавель Зорин Калиниченко Лебідь Малахов Новак Оболенко Руденко "
        "Соловей Тихомир Хоменко Чайка Шевчик Щербань Яворский",
    ),
    "Greek": _list(
        0.05,
        "Αγγελική Βασίλης Δήμητρα Ελένη Ζωή Θεόδωρος Ιάσονας Κλειώ Λήδα Μυρτώ Νεφέλη Ορέστης Σταύρος Φοίβος Χλόη",
        "Αργυρίου Βλάχου Γαλάνης Δρακάκη Ευσταθίου Ζερβός Καλλέργη Λιβάνης Μαυρίδη Νικολάου Παππάς Ρήγας Σταμάτη Χατζής",
    ),
    "Arabic": _list(
        0.07,
        "آمنة إبراهيم أحمد بسمة جميلة حسام خديجة دانية رامي زينب سامر شيماء طارق عائشة غسان فاطمة كريم ليلى مروان ياسمين",
        "البحري التاجر الجبلي الحداد الخطيب الدرويش الراعي الزهراوي السيوفي الشامي الصائغ العطار القاضي المنصوري النجار الورّاق",
    ),
    "Hebrew": _list(
        0.04,
        "אביגיל ברוך גילה דוד הילה זהבה חנה טל יעל כרמל לאה מיכל נועה עדי רחל שירה",
        "אלמוג ברקת גולן דגן הררי זיו חרמון טופז יערי כנען לביא מרגלית נחשון עמית צורי שקד",
    ),
    "Devanagari": _list(
        0.05,
        "अनन्या आरव इंदिरा ईशान उषा कृष्णा गौरी चंद्रिका जया तन्वी दीपक निशा प्रिया मीरा रोहन शारदा",
        "अग्निहोत्री उपाध्याय कुलकर्णी गोखले चौधरी जोशी त्रिवेदी देशमुख नायर पांडेय भट्ट मिश्रा शुक्ला सावंत",
    ),
    "Bengali": _list(
        0.03,
        "অনিতা আশা ঈশিতা কৌশিক চন্দনা জয়ন্ত তৃষা নন্দিনী পার্থ মৌসুমী রূপা শুভ",
        "আচার্য ঘোষ চক্রবর্তী দত্ত পাল বসু ভৌমিক মজুমদার রায় সরকার",
    ),
    "Han": _list(
        0.05,
        "安 博 晨 德 芳 国 海 佳 静 康 兰 明 宁 鹏 清 瑞 思 婷 文 欣 雅 远 泽 志",
        "白 陈 邓 方 高 何 江 李 林 刘 罗 欧阳 司马 宋 王 吴 徐 杨 张 赵",
        family_first=True,
        spaced=False,
    ),
    "Hangul": _list(
        0.04,
        "가 나 다 도 민 보 서 소 수 아 연 영 예 우 유 윤 은 인 재 준 지 하 현 혜",
        "강 고 권 김 남궁 노 문 박 배 서 송 신 안 오 유 윤 이 임 장 정 조 최 한 황",
        family_first=True,
        spaced=False,
    ),
    "Georgian": _list(
        0.02,
        "ანა ბექა გიორგი დავით ეკა თამარი ირაკლი ლელა მარიამ ნინო სალომე შოთა",
        "აბაშიძე ბერიძე გელაშვილი დოლიძე კაპანაძე ლომიძე მაისურაძე ნოზაძე",
    ),
    "Ethiopic": _list(
        0.01,
        "ሀና ሊያ መሐሪ ሣራ ሰላም ቃልኪዳን በረከት ተስፋዬ አስቴር ዳዊት",
        "ለማ ሙሉጌታ ሥዩም በቀለ ተፈራ አበበ ከበደ ወልዴ ደስታ ገብሬ",
    ),
}
