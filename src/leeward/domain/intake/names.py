"""Pseudonyms: trees, plants and stones, which say nothing about anybody.

The English word is stored; each language shows its own.
"""

from __future__ import annotations

from collections.abc import Container

from leeward.base.ids import derive_id
from leeward.domain.vocabulary import Term, Vocabulary

_WORDS = """
Acacia Акация|Acanthus Акант|Aconite Аконит|Agate Агат|Agave Агава|Alabaster Алебастр|Alder Ольха
Allspice Пимент|Almond Миндаль|Aloe Алоэ|Amber Янтарь|Amethyst Аметист|Andesite Андезит|Angelica Дягиль
Anise Анис|Apatite Апатит|Apple Яблоня|Apricot Абрикос|Aragonite Арагонит|Araucaria Араукария
Arbutus Земляничник|Argan Аргания|Arnica Арника|Artichoke Артишок|Arum Арум|Ash Ясень|Aspen Осина
Aster Астра|Augite Авгит|Aventurine Авантюрин|Azalea Азалия|Azurite Азурит|Balsam Бальзамин|Bamboo Бамбук
Banyan Баньян|Baobab Баобаб|Barberry Барбарис|Barite Барит|Barley Ячмень|Basalt Базальт|Basil Базилик
Bay Лавр|Bean Боб|Bearberry Толокнянка|Beech Бук|Beet Свёкла|Begonia Бегония|Bellflower Колокольчик
Bentonite Бентонит|Bergamot Бергамот|Beryl Берилл|Betony Буквица|Bilberry Черника|Bindweed Вьюнок
Birch Берёза|Biotite Биотит|Blackthorn Терновник|Bluebell Пролеска|Boulder Валун|Box Самшит|Bracken Орляк
Bramble Ежевика|Breccia Брекчия|Broom Ракитник|Buckthorn Крушина|Buckwheat Гречиха|Bugle Живучка
Burdock Лопух|Burnet Кровохлёбка|Buttercup Лютик|Cactus Кактус|Calamus Аир|Calcite Кальцит
Calendula Календула|Camellia Камелия|Campion Смолёвка|Caper Каперс|Caraway Тмин|Cardamom Кардамон
Carnelian Сердолик|Carob Цератония|Catalpa Катальпа|Catmint Котовник|Cedar Кедр|Celandine Чистотел
Celery Сельдерей|Centaury Золототысячник|Chalcedony Халцедон|Chalk Мел|Chamomile Ромашка|Cherry Вишня
Chert Роговик|Chervil Кервель|Chestnut Каштан|Chia Чиа|Chickpea Нут|Chicory Цикорий|Chives Шнитт
Chrysolite Хризолит|Cicely Миррис|Cinnabar Киноварь|Cinnamon Корица|Cinquefoil Лапчатка|Citrine Цитрин
Citron Цитрон|Clary Шалфей-мускат|Clay Глина|Clematis Клематис|Clover Клевер|Clove Гвоздика|Coal Антрацит
Cobble Булыжник|Cocoa Какао|Coconut Кокос|Columbine Аквилегия|Comfrey Окопник|Coneflower Эхинацея
Coral Коралл|Coriander Кориандр|Cork Пробка|Cornel Кизил|Cornflower Василёк|Corundum Корунд|Cosmos Космея
Cotton Хлопок|Cowberry Брусника|Cowslip Первоцвет|Crab Дичок|Cranberry Клюква|Cress Кресс|Crocus Крокус
Crowberry Водяника|Crystal Хрусталь|Cumin Зира|Currant Смородина|Cyclamen Цикламен|Cypress Кипарис
Dacite Дацит|Daffodil Нарцисс|Dahlia Георгин|Daisy Маргаритка|Damson Тернослива|Dandelion Одуванчик
Diabase Диабаз|Dill Укроп|Diorite Диорит|Dogrose Шиповник|Dolerite Долерит|Dolomite Доломит|Duckweed Ряска
Dunite Дунит|Ebony Эбен|Edelweiss Эдельвейс|Elder Бузина|Elecampane Девясил|Elm Вяз|Emerald Изумруд
Epidote Эпидот|Eryngo Синеголовник|Eucalyptus Эвкалипт|Feldspar Шпат|Fennel Фенхель|Fern Папоротник
Fescue Овсяница|Feverfew Пиретрум|Fig Инжир|Fir Пихта|Flax Лён|Flint Кремень|Fluorite Флюорит
Foxtail Лисохвост|Freesia Фрезия|Fuchsia Фуксия|Gabbro Габбро|Galena Галенит|Gardenia Гардения
Garlic Чеснок|Garnet Гранат|Genista Дрок|Gentian Горечавка|Geranium Герань|Ginger Имбирь|Ginkgo Гинкго
Gladiolus Гладиолус|Gneiss Гнейс|Goldenrod Золотарник|Gooseberry Крыжовник|Gorse Улекс|Gourd Тыква
Granite Гранит|Grape Виноград|Graphite Графит|Gravel Гравий|Greisen Грейзен|Guava Гуава|Gypsum Гипс
Halite Галит|Hawthorn Боярышник|Hazel Орешник|Heather Вереск|Hellebore Морозник|Hematite Гематит
Hibiscus Гибискус|Hickory Гикори|Holly Падуб|Hollyhock Мальва|Honesty Лунник|Hop Хмель|Hornbeam Граб
Hornblende Амфибол|Horsetail Хвощ|Hosta Хоста|Hyacinth Гиацинт|Hydrangea Гортензия|Hyssop Иссоп|Iris Ирис
Ivy Плющ|Jacinth Гиацинт-камень|Jade Нефрит|Jasmine Жасмин|Jasper Яшма|Jet Гагат|Juniper Можжевельник
Kale Кудряш|Kaolin Каолин|Knapweed Чертополох-луговой|Knotgrass Спорыш|Kyanite Кианит|Labradorite Лабрадор
Laburnum Бобовник|Larch Лиственница|Larkspur Живокость|Lavender Лаванда|Lazurite Лазурит|Ledum Багульник
Leek Порей|Lemon Лимон|Lentil Чечевица|Lichen Лишайник|Lilac Сирень|Lily Лилия|Limestone Известняк
Linden Липа|Liquorice Солодка|Lobelia Лобелия|Locust Робиния|Loess Лёсс|Loosestrife Вербейник|Lotus Лотос
Lovage Любисток|Lucerne Люцерна|Lungwort Медуница|Lupin Люпин|Magnesite Магнезит|Magnetite Магнетит
Magnolia Магнолия|Malachite Малахит|Mallow Просвирник|Mandarin Мандарин|Mango Манго|Mangrove Мангр
Maple Клён|Marble Мрамор|Marigold Бархатец|Marjoram Майоран|Marl Мергель|Meadowsweet Таволга
Medlar Мушмула|Melilot Донник|Melissa Мелисса|Mica Слюда|Milkwort Истод|Millet Просо|Mimosa Мимоза
Mint Мята|Moonstone Лунный камень|Moss Мох|Mugwort Чернобыльник|Mulberry Шелковица|Mullein Коровяк
Mustard Горчица|Myrtle Мирт|Nasturtium Настурция|Nettle Крапива|Nutmeg Мускат|Oak Дуб|Oat Овёс
Obsidian Обсидиан|Ochre Охра|Oleander Олеандр|Olive Олива|Olivine Оливин|Onyx Оникс|Opal Опал
Orache Лебеда|Orange Апельсин|Orchid Орхидея|Oregano Душица|Osier Ивняк|Palm Пальма|Pansy Фиалка
Papyrus Папирус|Parsley Петрушка|Parsnip Пастернак|Peach Персик|Pear Груша|Pearl Жемчуг|Peat Торф
Pebble Галька|Pegmatite Пегматит|Peony Пион|Pepper Перец|Peridot Перидот|Periwinkle Барвинок
Persimmon Хурма|Petunia Петуния|Phlox Флокс|Pine Сосна|Pistachio Фисташка|Plane Платан|Plantain Подорожник
Plum Слива|Pomelo Помело|Poplar Тополь|Poppy Мак|Porphyry Порфир|Primrose Примула|Privet Бирючина
Pumice Пемза|Purslane Портулак|Pyrite Пирит|Quartz Кварц|Quartzite Кварцит|Quince Айва|Quinoa Киноа
Radish Редис|Ragwort Крестовник|Rampion Рапунцель|Raspberry Малина|Reed Тростник|Rhododendron Рододендрон
Rhubarb Ревень|Rhyolite Риолит|Rice Рис|Rockrose Ладанник|Rosemary Розмарин|Rowan Рябина|Rue Рута
Rush Ситник|Rutile Рутил|Rye Рожь|Safflower Сафлор|Saffron Шафран|Sage Шалфей|Salsify Козлобородник
Samphire Солерос|Sandstone Песчаник|Sapphire Сапфир|Savory Чабер|Saxifrage Камнеломка|Scabious Скабиоза
Schist Сланец|Sedge Осока|Sedum Очиток|Sequoia Секвойя|Serpentine Змеевик|Sesame Кунжут|Shale Аргиллит
Siderite Сидерит|Slate Шифер|Sloe Тёрн|Snowdrop Подснежник|Soapstone Талькохлорит|Soapwort Мыльнянка
Sorghum Сорго|Sorrel Щавель|Spelt Полба|Spinel Шпинель|Spinach Шпинат|Spruce Ель|Spurge Молочай
Starwort Звездчатка|Stonecrop Родиола|Strawberry Земляника|Sumac Сумах|Sunflower Подсолнух|Sycamore Явор
Syenite Сиенит|Talc Тальк|Tamarind Тамаринд|Tamarisk Тамариск|Tansy Пижма|Tarragon Эстрагон|Teak Тик
Teasel Ворсянка|Thistle Чертополох|Thyme Чабрец|Timothy Тимофеевка|Topaz Топаз|Tormentil Узик
Tourmaline Турмалин|Travertine Травертин|Trefoil Лядвенец|Tuff Туф|Tulip Тюльпан|Turmeric Куркума
Turnip Репа|Turquoise Бирюза|Valerian Валериана|Vanilla Ваниль|Verbena Вербена|Veronica Вероника
Vetch Вика|Viburnum Калина|Vine Лоза|Walnut Орех|Wheat Пшеница|Willow Ива|Wintergreen Грушанка
Wisteria Глициния|Woodruff Ясменник|Wormwood Полынь|Yam Ямс|Yarrow Тысячелистник|Yew Тис|Yucca Юкка
Zeolite Цеолит|Zinnia Цинния|Zircon Циркон
"""


def _terms() -> list[Term]:
    pairs = [pair.split(" ", 1) for line in _WORDS.split("\n") for pair in line.split("|") if pair.strip()]
    return [Term(english, english, russian) for english, russian in pairs]


PSEUDONYMS = Vocabulary("pseudonym", *_terms())
_NAMES = tuple(term.code for term in PSEUDONYMS)


def choose_pseudonym(contact: str, taken: Container[str] = ()) -> str:
    """Return the pseudonym that this id leads to: the same on every desk, unless one of them knows it as taken."""
    for attempt in range(64):
        digest = derive_id("pseudonym", contact, str(attempt))
        name = _NAMES[int.from_bytes(digest[:8].encode(), "big") % len(_NAMES)]
        if name not in taken:
            return name
    number = 2
    while f"{name} {number}" in taken:
        number += 1
    return f"{name} {number}"
