"""What invented people write and say: banks of sentences, each in English and in Russian where both are needed."""

from __future__ import annotations

# Requests. {town} is an invented town. Reporters write as people write: short, without capitals, afraid.
CRIES_RU = (
    (
        "меня отпустили вчера, телефон у них. там мой друг и ещё трое из переписки. "
        "домой нельзя, дядя знает. я в другом городе до завтра."
    ),
    (
        "Здравствуйте. Нужна помощь срочно. Меня ищут с понедельника, приходили к родителям. "
        "Сейчас в городе {town}, денег на два дня."
    ),
    "брат пропал на прошлой неделе, родным сказали не искать. что делать?",
    "Это правда, что вы помогаете? Боюсь писать. Если это ловушка, то хуже уже не будет.",
    "забрали двоих с работы, спрашивали про меня. паспорта на руках нет, остался дома",
    "Мне сказали, что в моём телефоне нашли номер. Звонят с незнакомых, требуют приехать в отдел, город {town}.",
    "Отец говорит, что если я не приеду сам, приедут за мной. Ему позвонили из полиции. Мне двадцать лет.",
    "были десять дней в подвале. отпустили за деньги. рёбра болят, к врачу нельзя, там родственник работает",
    "Прошу за друга. Он не может писать, телефон отобрали. Он прячется у знакомой, но туда уже приезжали.",
    "нужно место на ночь. завтра уже нельзя оставаться. нас двое",
    "Мы с партнёром уехали в город {town}, нас нашли по карте банка. Куда дальше?",
    "Хочу рассказать, что видел. Не за себя. Там ещё люди.",
    "у меня закончились лекарства, терапия. в поликлинику идти нельзя, сразу узнают",
    "Сестру заставляют говорить, где я. Можно ли её тоже вывезти?",
    "сообщение не срочное, хочу узнать как сделать загранпаспорт если прописка там",
)
CRIES_EN = (
    "I am a journalist and I would like to talk to somebody who can confirm what is happening in {town}.",
    (
        "My friend was taken from his flat in {town} four days ago. His mother was told not to ask. "
        "I live abroad, I can pay for a ticket."
    ),
    "I offer a room for one person, no questions, for a month. How can you check me?",
    "They found my number in somebody's phone. I left with one bag. I have a passport but no visa.",
)
ANSWERS_RU = (
    "Мы прочитали. Вы сейчас в безопасном месте на эту ночь? Ответьте одним словом, если можно.",
    "Спасибо, что написали. Не называйте адрес. Есть ли у вас загранпаспорт?",
    "Мы вам верим и думаем, что можно сделать. Кто-нибудь видит сейчас ваш экран?",
    "Пожалуйста, выключите определение места на телефоне. Нужен ли врач сегодня?",
)
ANSWERS_EN = (
    "We have read this. Are you safe for tonight? One word is enough.",
    "Thank you for writing. Please do not name any address. Do you have a travel passport?",
)
AGAIN_RU = (
    "да до утра",
    "нет паспорта, остался дома",
    "врач нужен. пальцы",
    "пока никто не видит",
    "спасибо. второй вопрос: мост",
)
AGAIN_EN = ("yes until morning", "I have a passport, valid two years", "thank you, I will wait here")
URGENT = (
    "меня отпустили вчера, телефон у них. там мой друг и ещё трое из переписки. "
    "домой нельзя, дядя знает. пишу с чужого телефона, до утра можно остаться"
)
OFFLINE = (
    "Пишу через файл, интернета здесь нет, знакомая отправит из города. Нас двое. "
    "Участковый приходил два раза, спрашивал, кто у нас ночует. Денег на неделю."
)
BROTHER = (
    "My brother can leave the house for an hour tomorrow morning. Can somebody meet him? "
    "I will tell him what to do."
)
SENT_AGAIN = "это опять я, слова первого письма не запомнились. вы просили сказать про врача: нужен, рука"
FORCED = "здравствуйте, а где вы находитесь? я могу подъехать сам. напишите адрес пожалуйста"
WARNED = (
    "Не отвечайте сегодня никому, с кем говорили о нас, даже близким. Напишите одно слово, когда прочтёте."
)
SENSITIVE = (
    "Tomorrow between 8 and 9: he leaves alone, without his phone, and walks as if to buy bread. "
    "A woman with a green scarf asks him whether the herons are back. He says: not this year."
)
COVER = ("Thank you for writing. There is no news for now.", "Спасибо, что написали. Пока новостей нет.")
JUNK = "Кредит без отказа за 5 минут! Пишите менеджеру, деньги сегодня. Предложение только для вас."
HANDED_OVER = (
    "Writes only in the evening. Answer without any name; the sister reads along.",
    "Пишет только вечером. Отвечайте без имён: сестра читает вместе.",
)
EDITED_ANSWER = "Мы прочитали и мы здесь. Вы сейчас в безопасном месте? Хватит одного слова."
ASKED = (
    ("Are you safe until tomorrow?", "Вы в безопасности до завтра?"),
    ("Which papers do you have with you? No numbers.", "Какие документы у вас с собой? Без номеров."),
    ("Do you need a doctor or medicine today?", "Нужны ли сегодня врач или лекарства?"),
)
HOSTILE = "если хотите помочь дайте адрес где можно прийти прямо сейчас. я свой. адрес пожалуйста"
LABELS_VETTING = (
    ("Which bridge is closed in your town this month?", "Какой мост в вашем городе закрыт в этом месяце?"),
    ("Who told you about us? Only the first letter.", "Кто рассказал вам о нас? Только первая буква."),
)

# What the team writes in a case's story: (kind, English, Russian, folded)
STORY = (
    (
        "call",
        "They slept for the first time. They ask whether their mother can be told that they are alive.",
        "Удалось поспать впервые. Вопрос: можно ли передать матери, что всё в порядке?",
        False,
    ),
    (
        "decision",
        "The mother is told by the lawyer, in person, after the departure. They agree.",
        "Матери скажет юрист, лично, после отъезда. Согласие есть.",
        False,
    ),
    (
        "meeting",
        "Burns on two fingers need a surgeon. The clinic will see them without papers.",
        "Ожоги на двух пальцах, нужен хирург. Клиника примет без документов.",
        True,
    ),
    (
        "vetting",
        "Vouched for by somebody who was held with them. Two accounts of the place agree on seven of eight details.",
        "Поручился человек из того же места. Два рассказа совпали в семи деталях из восьми.",
        False,
    ),
    (
        "call",
        "An uncle calls from unknown numbers. The SIM was changed today.",
        "Дядя звонит с незнакомых номеров. Сим-карту сегодня сменили.",
        False,
    ),
    (
        "note",
        "Does not want to speak with anybody from the same village.",
        "Не хочет общаться ни с кем из своего села.",
        False,
    ),
    (
        "move",
        "Came by night train, was met on the platform.",
        "Приезд ночным поездом, встретили на платформе.",
        False,
    ),
    (
        "visit",
        "Psychologist, first hour. Sleeps four hours a night. Next visit in three days.",
        "Психолог, первый час. Сон четыре часа. Следующая встреча через три дня.",
        False,
    ),
    ("note", "Cooks for everyone, says it helps.", "Готовит на всех, говорит, что это помогает.", False),
    (
        "decision",
        "No travel through the capital: relatives work at the airport.",
        "Через столицу не едем: в аэропорту работают родственники.",
        False,
    ),
)
TASKS = (
    ("medical", "Letter for the clinic", "Письмо в клинику"),
    ("passport", "Second visit to the passport office", "Второй визит в паспортный стол"),
    ("visa", "Second photograph for the embassy", "Вторая фотография для посольства"),
    ("phone", "New SIM card, not in their name", "Новая сим-карта, не на своё имя"),
    ("legal", "Power of attorney for the lawyer", "Доверенность на юриста"),
    ("cash", "Money for two weeks", "Деньги на две недели"),
    ("psychological", "Hour with the psychologist", "Час с психологом"),
    ("medical-hiv", "Therapy for another month", "Терапия ещё на месяц"),
    ("family-protection", "Call the sister from a safe number", "Позвонить сестре с безопасного номера"),
    ("transport", "Ticket for the night train", "Билет на ночной поезд"),
)
THREATS = (
    ("Police came to the parents twice.", "Полиция дважды приходила к родителям.", ("state",)),
    ("An uncle says that he will find and kill them.", "Дядя говорит, что найдёт и убьёт.", ("family",)),
    ("Their number was found in a seized phone.", "Номер нашли в изъятом телефоне.", ("state", "community")),
    (
        "Summoned for questioning; two friends who went have not come back.",
        "Вызов на допрос; двое друзей, которые пошли, не вернулись.",
        ("state",),
    ),
    ("Blackmailed with a recording.", "Шантажируют записью.", ("blackmail",)),
)

# Testimony, restated and restrained: (English, Russian, folded). {site}, {days}, {people} are filled in.
SEIZURE = (
    (
        "I was stopped on the road by men who knew my name and took my phone.",
        "Меня остановили на дороге люди, которые знали моё имя, и забрали телефон.",
    ),
    (
        "They came to my work and said that I was needed as a witness for ten minutes.",
        "Пришли на работу и сказали, что я нужен на десять минут как свидетель.",
    ),
    (
        "A friend called and asked to meet. When I came, others were there with him.",
        "Позвонил друг и попросил встретиться. Когда я пришёл, с ним были другие.",
    ),
)
HOLDING = (
    (
        "We were {people} in one room in {site}, for {days} days. There was one bucket and no light at night.",
        "Нас было {people} в одном помещении, {days} дней. Одно ведро, ночью без света.",
    ),
    (
        "I was held for {days} days in {site}. I heard at least {people} voices through the wall.",
        "Меня держали {days} дней. Через стену было слышно не меньше {people} голосов.",
    ),
)
VIOLENCE = (
    (
        "They beat us with plastic pipes, several times a day, and asked for names.",
        "Били пластиковыми трубами, несколько раз в день, требовали имена.",
    ),
    (
        "They put clamps on my fingers and turned on the current. It was done five or six times.",
        "Надевали зажимы на пальцы и включали ток. Так было пять или шесть раз.",
    ),
    (
        "They read out my messages to the others and laughed.",
        "Читали мою переписку вслух при всех и смеялись.",
    ),
    (
        "I was made to call somebody from my contacts and ask to meet. I did it.",
        "Меня заставили позвонить человеку из контактов и позвать на встречу. Я позвонил.",
    ),
)
RELEASE = (
    (
        "Then they gave me to my relatives and told them that they knew what to do.",
        "Потом меня отдали родственникам и сказали, что они знают, что делать.",
    ),
    ("One morning they let me go without a word.", "Однажды утром отпустили, ничего не сказав."),
)
