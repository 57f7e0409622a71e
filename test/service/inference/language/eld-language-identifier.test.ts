import { describe, expect, it } from '@jest/globals';
import { EldLanguageIdentifier } from '../../../../service/inference/language/eld-language-identifier.ts';

const identifier = new EldLanguageIdentifier(['en']);

describe('the identified language', () => {
  it.each([
    ['de', 'Ich hasse Bitcoin, furchtbar'],
    ['de', 'Das schlechteste Handy, ich hasse es'],
    ['fr', 'Je déteste ce téléphone, le pire achat'],
    ['es', 'Odio este teléfono, es el peor'],
    ['pt', 'não aguento mais esse trânsito de SP'],
    ['it', 'Non ci posso credere, abbiamo perso ancora'],
    ['nl', 'Alweer vertraging met de trein @NS_online'],
    ['sv', 'Tåget är försenat igen, suck'],
    ['pl', 'Nienawidzę tego telefonu, najgorszy zakup'],
    ['tr', 'Bu telefondan nefret ediyorum, berbat'],
    ['fi', 'Vihaan tätä puhelinta'],
    ['ru', 'Ненавижу этот телефон, ужас'],
    ['ar', 'أكره هذا الهاتف إنه سيء جدا'],
    ['ja', 'ビットコイン最悪'],
    ['ko', '이 핸드폰 정말 싫어요'],
    ['zh', '我讨厌这部手机，太差了'],
    ['hi', 'मुझे यह फोन बिल्कुल पसंद नहीं'],
    ['th', 'ฉันเกลียดโทรศัพท์เครื่องนี้'],
  ])('is %s: %s', (language, text) => {
    expect(identifier.identify(text)).toBe(language);
  });

  it.each([
    'I love this phone',
    'worst phone, I hate it',
    'The meeting has moved to Thursday at 10.',
    'omg no way, this is fire 🔥',
    "ngl this slaps, y'all trippin",
  ])('is never another than that of the model for: %s', (text) => {
    expect(['en', null]).toContain(identifier.identify(text));
  });

  it.each([
    ['ko', '이 핸드폰 정말 싫어요'],
    ['vi', 'Tôi ghét chiếc điện thoại này, thật tệ'],
  ])('is %s for decomposed letters, too: %s', (language, text) => {
    expect(identifier.identify(text.normalize('NFD'))).toBe(language);
  });

  it('ignores mentions, tags and addresses', () => {
    expect(
      identifier.identify(
        '@the_best_phone #worst_phone_ever Ich hasse es wirklich https://t.co/thephone',
      ),
    ).toBe('de');
  });
});

describe('for a model in a language that cannot be identified', () => {
  it.each([
    ['id', 'Saya benci telepon ini, pembelian terburuk'],
    ['gl', 'Odio este teléfono, é a peor compra da miña vida'],
    ['mk', 'Го мразам овој телефон, најлошо купување'],
    ['kk', 'Мен бұл телефонды жек көремін'],
    ['ne', 'मलाई यो फोन मन पर्दैन, धेरै नराम्रो छ'],
    ['ckb', 'ئەم تەلەفۆنە زۆر خراپە و من رقم لێیەتی'],
    ['sr', 'Mrzim ovaj telefon, najgora kupovina, nikad više'],
    ['ku', 'Ez ji vê telefonê nefret dikim, pir xerab e'],
  ])('a text in %s is not taken for another: %s', (language, text) => {
    expect(new EldLanguageIdentifier([language]).identify(text)).toBeNull();
    expect(new EldLanguageIdentifier(['en', language]).identify(text)).toBeNull();
  });

  it.each([
    ['id', 'ja', 'ビットコイン最悪'],
    ['id', 'ru', 'Ненавижу этот телефон, ужас'],
    ['mk', 'de', 'Ich hasse dieses Telefon wirklich sehr'],
    ['ne', 'ar', 'أكره هذا الهاتف إنه سيء جدا'],
    ['sr', 'ru', 'Ненавижу этот телефон, ужас'],
  ])('such as %s, a text in another script is %s: %s', (model, language, text) => {
    expect(new EldLanguageIdentifier([model]).identify(text)).toBe(language);
  });

  it('a text in another language of the model is identified', () => {
    const text = 'I have to say that this is the worst phone I ever bought';
    expect(new EldLanguageIdentifier(['id', 'en']).identify(text)).toBe('en');
  });

  it('a script that is unknown excludes no text', () => {
    expect(new EldLanguageIdentifier(['xx']).identify('ビットコイン最悪')).toBeNull();
  });
});

describe('for a model in a language of another code than the identifier has', () => {
  it.each([
    ['no', 'nb', 'Jeg hater denne telefonen, den er forferdelig'],
    ['no', 'nn', 'Eg hatar denne telefonen, han er forferdeleg'],
    ['ar', 'arz', 'أكره هذا الهاتف إنه سيء جدا'],
    ['zh', 'yue', '我讨厌这部手机，太差了'],
    ['fil', 'tl', 'Ayoko sa telepono na ito, ang pangit talaga'],
  ])('a text is %s where the model has %s: %s', (language, model, text) => {
    expect(new EldLanguageIdentifier([model]).identify(text)).toBe(language);
  });

  it('a text close to that language is undetermined', () => {
    const text = 'langit bulan anak kita';
    expect(identifier.identify(text)).toBe('ms');
    expect(new EldLanguageIdentifier(['fil']).identify(text)).toBeNull();
  });
});

it('languages of a model that are unknown leave every text identified', () => {
  expect(new EldLanguageIdentifier(['*']).identify('Saya benci telepon ini, buruk')).toBe('ms');
});

it('Indonesian is in another language for a model that reads English only', () => {
  expect(identifier.identify('Saya benci telepon ini, pembelian terburuk')).toBe('ms');
});

describe('an undetermined language', () => {
  it.each(['', '🔥🔥🔥', '12:30', 'lol', 'nein', '@someone #bitcoin https://t.co/abc', 'a'])(
    'is that of a text too short to tell: %j',
    (text) => {
      expect(identifier.identify(text)).toBeNull();
    },
  );

  it('is that of a text which may well be in a language of the model', () => {
    const text = 'I hate bitcoin, terrible';
    expect(new EldLanguageIdentifier(['de']).identify(text)).toBe('ca');
    expect(identifier.identify(text)).toBeNull();
  });

  it('is that of half a surrogate pair', () => {
    expect(identifier.identify('\ud83d')).toBeNull();
  });
});
