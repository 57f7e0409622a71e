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
