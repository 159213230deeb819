//! The commonest words of each language, folded: they tell a text's language, and say nothing of what it is about.

/// By language, in the order of [`crate::language::Language::ALL`].
pub(crate) const STOP_WORDS: [&str; 18] = [
    // English
    "a about above after again against all am an and any are as at be because been before being below between both \
     but by can cannot could did do does doing don down during each few for from further had has have having he her \
     here hers herself him himself his how i if in into is it its itself just me more most my myself no nor not now \
     of off on once only or other our ours ourselves out over own same she should so some such than that the their \
     theirs them themselves then there these they this those through to too under until up very was we were what \
     when where which while who whom whose why will with would you your yours yourself yourselves didn doesn isn \
     aren wasn weren hasn haven hadn won wouldn shouldn couldn",
    // French
    "a ai aie ait alors as au aucun aura aurait aussi autre aux avait avec avoir ayant c ca ce cela ces cet cette \
     ceux chez comme comment d dans de depuis des du elle elles en encore entre es est et etait etaient etais etant \
     etre eu eux fait fut ici il ils j je jusqu l la le les leur leurs lors lorsqu lui m ma mais me meme memes mes \
     moi mon n ne ni nos notre nous on ont ou par parce pas plus pour pourquoi puis puisqu qu quand que quel quelle \
     quelles quels qui quoi s sa sans se sera ses si soi soit son sont sous suis sur t ta te tes toi ton tous tout \
     toute toutes tres tu un une va vers vos votre vous y",
    // Arabic
    "في من على الى إلى عن ان أن هذا هذه التي الذي كان كانت ما لا لم لن هو هي هم انا أنا نحن مع كل بعد قبل او أو ثم \
     قد",
    // Danish
    "og i jeg det at en den til er som paa de med han af for ikke der var mig sig men et har om vi min havde ham \
     hun nu over da fra du ud sin dem os op man hans hvor eller hvad skal selv her alle vil blev kunne ind naar \
     vaere noget",
    // Dutch
    "de en van ik te dat die in een hij het niet zijn is was op aan met als voor had er maar om hem dan zou of wat \
     mijn men dit zo door over ze zich bij ook tot je mij uit der daar haar naar heb hoe heeft hebben deze u nog \
     zal kan wij",
    // Finnish
    "ja on ei se etta han en mina ole oli mutta niin kun kuin joka mika ovat olen olet tama vain jos nyt minun \
     hanen sita jo voi me te he ne tai sen minulla sinun siella tassa",
    // German
    "der die und in den von zu das mit sich des auf fur ist im dem nicht ein eine als auch es an werden aus er hat \
     dass sie nach wird bei einer um am sind noch wie einem uber einen so zum war haben nur oder aber vor zur bis \
     mehr durch man sein wurde wenn ich mich mir mein meine du dich dir dein wir uns unser ihr ihm was wo wann \
     warum wer kann",
    // Greek
    "ο η το και να του της με που για τα των τον την στο στη στην σε απο οτι δεν θα ειναι τους τις μου σου μας ενα \
     μια",
    // Hungarian
    "a az es hogy nem is van egy ez azt en de meg csak mar ha volt mint ki mi o te ezt vagy az el le fel nekem mert",
    // Italian
    "il la le lo gli i di a da in con su per tra fra e ed o ma che chi cui non un una uno del della dei delle degli \
     al alla ai alle nel nella nei nelle dal dalla sul sulla mi ti si ci vi ho hai ha abbiamo hanno sono sei siamo \
     era mio mia tuo sua suo loro come quando dove perche anche piu questo questa quello io tu lui lei noi voi",
    // Norwegian
    "og i jeg det at en et den til er som paa de med han av for ikke der var meg seg men har om vi min hadde hun \
     naa over da fra du ut sin dem oss opp hans hvor eller hva skal selv her alle vil ble kunne inn naar vaere noe",
    // Portuguese
    "de a o que e do da em um para com nao uma os no se na por mais as dos como mas ao ele das seu sua ou quando \
     muito nos ja eu tambem so pelo pela ate isso ela entre depois sem mesmo aos seus quem nas me esse eles voce \
     essa num nem suas meu minha foi estou tem ser esta",
    // Romanian
    "si in de la cu pe nu un o care ca este sa se ce din mai pentru a al ale fi eu tu el ea noi voi au am ai are \
     sunt dar daca cand unde meu mea lui ei lor fost foarte",
    // Russian
    "и в не на я что он с как это а то все она так его но да ты к у же вы за бы по только ее мне было вот от меня \
     еще нет о из ему теперь когда даже ну ли если уже или ни быть был него до вас мы мой моя где кто для при",
    // Spanish
    "de la que el en y a los se del las un por con no una su para es al lo como mas o pero sus le ya fue este ha si \
     porque esta son entre cuando muy sin sobre ser tiene tambien me hasta hay donde quien desde todo nos yo tu mi \
     mis eso ella ellos era estoy cual ti te",
    // Swedish
    "och det att i en jag hon som han pa den med var sig for sa till ar men ett om hade de av icke mig du henne da \
     sin nu har inte hans honom skulle hennes dar min man ej vid kunde fran ut nar efter upp vi dem vara vad over \
     an mina",
    // Tamil
    "ஒரு என்று மற்றும் இந்த இது என்ற கொண்டு என்பது பல ஆகும் அல்லது அவர் நான் உள்ள அந்த இவர் என",
    // Turkish
    "ve bir bu da de icin ne o ile cok ben mi daha gibi var kadar sen ama beni her sey degil ya ki biz bana ise en \
     olan nasil neden sonra hic",
];
