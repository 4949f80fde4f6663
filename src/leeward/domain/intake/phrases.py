"""Sentences that are needed again and again, ready in the languages people write in. Never an address or a promise.

Russian and English are written by the team. The others stand here so that nobody meets an empty list at 3 a.m.; each is
marked until a native speaker has read it. Every sentence may be changed by the team; each version is kept.
"""

from __future__ import annotations

import msgspec

LANGUAGES = ("ru", "en", "ce", "uk", "ar", "fa", "tr", "es", "fr")
READ_BY_SPEAKERS = frozenset({"ru", "en"})


class BuiltIn(msgspec.Struct, frozen=True):
    """A sentence that every team starts with: its code, its shelf, its words by language."""

    code: str
    shelf: str
    words: dict[str, str]


def _one(code: str, shelf: str, *words: str) -> BuiltIn:
    """Return a sentence in Russian and English, and in the other languages in their order if they are given."""
    return BuiltIn(code, shelf, dict(zip(LANGUAGES, words, strict=False)))


BUILT_IN = (
    _one(
        "read-safe",
        "answer",
        "Мы прочитали. Вы сейчас в безопасном месте? Ответьте одним словом, если можно.",
        "We have read it. Are you somewhere safe right now? One word is enough.",
        "Оха дийшира. Шу хӀинца кхерам боцчохь дуй? Цхьа дош а тоьар ду.",
        "Ми прочитали. Ви зараз у безпечному місці? Достатньо одного слова.",
        "قرأنا رسالتك. هل أنت في مكان آمن الآن؟ تكفي كلمة واحدة.",
        "پیام شما را خواندیم. آیا الان در جای امنی هستید؟ یک کلمه کافی است.",
        "Mesajınızı okuduk. Şu anda güvenli bir yerde misiniz? Tek kelime yeter.",
        "Lo hemos leído. ¿Está ahora en un lugar seguro? Basta una palabra.",
        "Nous avons lu. Êtes-vous en lieu sûr en ce moment ? Un mot suffit.",
    ),
    _one(
        "when-safe",
        "answer",
        "Сейчас не пишите ничего лишнего. Когда вам безопасно выходить на связь?",
        "Please write nothing more than you must for now. When is it safe for you to be in touch?",
        "ХӀинца эшачул сов хӀума ма язде. Маца ю шуна таро тхоьга яздан?",
        "Поки не пишіть нічого зайвого. Коли вам безпечно виходити на зв'язок?",
        "لا تكتب الآن أكثر مما يلزم. متى يكون التواصل آمنًا لك؟",
        "فعلاً بیش از حد لازم چیزی ننویسید. چه وقتی تماس برایتان امن است؟",
        "Şimdilik gerekenden fazlasını yazmayın. Ne zaman güvenle yazışabilirsiniz?",
        "Por ahora no escriba más de lo necesario. ¿Cuándo puede comunicarse sin peligro?",
        "Pour l'instant, n'écrivez rien de plus que nécessaire. Quand pouvez-vous nous écrire sans danger ?",
    ),
    _one(
        "whose-device",
        "answer",
        "Чьё это устройство? Могут ли его проверить?",
        "Whose device is this? Could somebody search it?",
        "ХӀара гӀирс хьенан бу? И цхьаммо талла мега?",
        "Чий це пристрій? Чи можуть його перевірити?",
        "لمن هذا الجهاز؟ هل يمكن أن يفتشه أحد؟",
        "این دستگاه مال کیست؟ ممکن است کسی آن را بگردد؟",
        "Bu cihaz kimin? Biri onu arayabilir mi?",
        "¿De quién es este aparato? ¿Podría alguien revisarlo?",
        "À qui est cet appareil ? Quelqu'un pourrait-il le fouiller ?",
    ),
    _one(
        "passport",
        "answer",
        "Есть ли у вас на руках паспорт? А заграничный? Номеров не присылайте.",
        "Do you have your passport with you? And one for travelling? Please send no numbers.",
        "Паспорт шуьгахь юй? Дозанал арахьа йоьдург юй? Номер ма язъе.",
        "Чи є у вас паспорт на руках? А закордонний? Номерів не надсилайте.",
        "هل جواز سفرك أو هويتك معك الآن؟ لا ترسل أي أرقام من فضلك.",
        "آیا شناسنامه یا گذرنامه‌تان پیش شماست؟ لطفاً هیچ شماره‌ای نفرستید.",
        "Kimliğiniz yanınızda mı? Pasaportunuz var mı? Lütfen numara göndermeyin.",
        "¿Tiene consigo su documento de identidad? ¿Y el pasaporte? No envíe números, por favor.",
        "Avez-vous votre pièce d'identité avec vous ? Et un passeport ? N'envoyez aucun numéro.",
    ),
    _one(
        "doctor",
        "answer",
        "Нужен ли врач сегодня? Опишите в двух словах.",
        "Do you need a doctor today? Two words are enough.",
        "Тахана лор оьший шуна? Шина дашца язде.",
        "Чи потрібен вам сьогодні лікар? Достатньо двох слів.",
        "هل تحتاج إلى طبيب اليوم؟ تكفي كلمتان.",
        "آیا امروز به پزشک نیاز دارید؟ دو کلمه کافی است.",
        "Bugün doktora ihtiyacınız var mı? İki kelime yeter.",
        "¿Necesita hoy atención médica? Bastan dos palabras.",
        "Avez-vous besoin d'un médecin aujourd'hui ? Deux mots suffisent.",
    ),
    _one(
        "no-promise",
        "answer",
        "Мы не можем обещать, что получится. Но мы читаем и отвечаем каждый день.",
        "We cannot promise that it will work. But we read and answer every day.",
        "Нийса хир ду аьлла дош далур дац тхоьга. Амма хӀора дийнахь оха доьшу, жоп ло.",
        "Ми не можемо обіцяти, що вийде. Але ми читаємо й відповідаємо щодня.",
        "لا نستطيع أن نعدك بأن الأمر سينجح. لكننا نقرأ ونجيب كل يوم.",
        "نمی‌توانیم قول بدهیم که کار پیش برود. اما هر روز می‌خوانیم و پاسخ می‌دهیم.",
        "Olacağına söz veremeyiz. Ama her gün okuyor ve yanıtlıyoruz.",
        "No podemos prometer que salga bien. Pero leemos y respondemos cada día.",
        "Nous ne pouvons pas promettre que cela marchera. Mais nous lisons et répondons chaque jour.",
    ),
    _one(
        "close-page",
        "answer",
        "Если писать станет опасно, просто закройте страницу. Слова будут работать и потом.",
        "If it becomes dangerous to write, just close the page. The words will work later too.",
        "Яздан кхераме хилахь, агӀо дӀакъовла. Дешнаш тӀаьхьа а болх беш хир ду.",
        "Якщо писати стане небезпечно, просто закрийте сторінку. Слова діятимуть і пізніше.",
        "إذا أصبحت الكتابة خطرة فأغلق الصفحة فقط. ستبقى الكلمات صالحة لاحقًا.",
        "اگر نوشتن خطرناک شد، فقط صفحه را ببندید. کلمه‌ها بعداً هم کار می‌کنند.",
        "Yazmak tehlikeli olursa sayfayı kapatın. Kelimeler sonra da işe yarar.",
        "Si escribir se vuelve peligroso, cierre la página. Las palabras servirán también después.",
        "S'il devient dangereux d'écrire, fermez la page. Les mots marcheront encore plus tard.",
    ),
    _one(
        "town-known",
        "question",
        "Что стоит рядом с автовокзалом в вашем городе? Людей не называйте.",
        "What stands beside the bus station in your town? Please name no people.",
    ),
    _one(
        "how-heard",
        "question",
        "Как вы узнали о нас? Имён не надо.",
        "How did you hear of us? No names, please.",
    ),
    _one(
        "same-again",
        "question",
        "Расскажите ещё раз коротко, с чего всё началось и в какой день.",
        "Tell us once more, in short, how it began and on which day.",
    ),
    _one(
        "small-detail",
        "question",
        "Какая мелочь вам запомнилась там, где вас держали: цвет, запах, звук?",
        "Which small thing do you remember of the place where you were held: a colour, a smell, a sound?",
    ),
    _one(
        "who-could-say",
        "question",
        "Есть ли человек, который уже с нами и мог бы за вас поручиться? Напишите лишь слово, по которому вас узнают.",
        "Is there somebody who is with us already and could vouch for you? Write only a word by which they know you.",
    ),
    _one(
        "cover-thanks",
        "cover",
        "Спасибо, что написали. Пока новостей нет.",
        "Thank you for writing. There is no news for now.",
        "Баркалла, аша яздарна. ХӀинца керла хӀума дац.",
        "Дякуємо, що написали. Поки новин немає.",
        "شكرًا على رسالتك. لا جديد الآن.",
        "ممنون که نوشتید. فعلاً خبر تازه‌ای نیست.",
        "Yazdığınız için teşekkürler. Şimdilik bir haber yok.",
        "Gracias por escribir. Por ahora no hay novedades.",
        "Merci d'avoir écrit. Pas de nouvelles pour l'instant.",
    ),
    _one(
        "cover-later",
        "cover",
        "Мы прочитали и ответим позже.",
        "We have read it and will answer later.",
        "Оха дийшира, тӀаьхьа жоп лур ду.",
        "Ми прочитали й відповімо пізніше.",
        "قرأنا رسالتك وسنجيب لاحقًا.",
        "خواندیم و بعداً پاسخ می‌دهیم.",
        "Okuduk, daha sonra yanıtlayacağız.",
        "Lo hemos leído y responderemos más tarde.",
        "Nous avons lu et nous répondrons plus tard.",
    ),
    _one(
        "cover-health",
        "cover",
        "Берегите себя. Если плохо со здоровьем, обратитесь к врачу поблизости.",
        "Take care of yourself. If you are unwell, see a doctor nearby.",
        "Шаьш ларде. Могуш дацахь, гергарчу лоре гӀо.",
        "Бережіть себе. Якщо зі здоров'ям погано, зверніться до лікаря поблизу.",
        "اعتنِ بنفسك. إذا شعرت بتعب فراجع طبيبًا قريبًا منك.",
        "مراقب خودتان باشید. اگر حالتان خوب نیست، به پزشکی در نزدیکی مراجعه کنید.",
        "Kendinize iyi bakın. İyi değilseniz yakındaki bir doktora gidin.",
        "Cuídese. Si no se encuentra bien, acuda a un médico cercano.",
        "Prenez soin de vous. Si vous n'allez pas bien, voyez un médecin près de vous.",
    ),
)
