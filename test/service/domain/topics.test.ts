import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  extractTopics,
  MAX_TOPIC_CHARACTERS,
  MAX_TOPICS,
  normalizeTopic,
  normalizeTopics,
} from '../../../service/domain/topics.ts';
import { unicodeString } from '../../helpers/unicode-string.ts';

describe('normalizeTopic', () => {
  it.each([
    ['#Bitcoin', '#bitcoin'],
    ['$BTC', '$btc'],
    ['＃Ｂｉｔｃｏｉｎ', '#bitcoin'],
    ['  Electric   Cars ', 'electric cars'],
    ['#ΑΘΗΝΑ', '#αθηνα'],
    ['#caf\u0065\u0301', '#café'],
    ['#ﬁnance', '#finance'],
    // Only the small letter has a form that is composed with its mark.
    ['#H\u0331', '#\u1e96'],
    ['#می\u200cخواهم', '#می\u200cخواهم'],
  ])('%j is %j', (topic, normalized) => {
    expect(normalizeTopic(topic)).toBe(normalized);
  });

  it.each([
    ['nothing', ''],
    ['this folder, in a path', '.'],
    ['the folder above', '..'],
    ['white space', ' \t\n '],
    ['a sign alone', '#'],
    ['two signs', '##x'],
    ['a sign inside', 'a#b'],
    ['a control character', 'a\u0007b'],
    ['half a surrogate pair', '#\ud83d'],
    ['more than is kept', 'x'.repeat(MAX_TOPIC_CHARACTERS + 1)],
    ['what grows beyond that', 'ﷺ'.repeat(MAX_TOPIC_CHARACTERS)],
  ])('refuses %s', (_, topic) => {
    expect(normalizeTopic(topic)).toBeNull();
  });

  it('is idempotent', () => {
    fc.assert(
      fc.property(unicodeString({ maxLength: 120 }), (topic) => {
        const once = normalizeTopic(topic);
        if (once !== null) expect(normalizeTopic(once)).toBe(once);
      }),
      { numRuns: 5_000 },
    );
  });
});

describe('normalizeTopics', () => {
  it('keeps the first of equal topics, in order', () => {
    expect(normalizeTopics(['#B', 'a', '#b', '', '$B', 'A'])).toEqual(['#b', 'a', '$b']);
  });

  it('keeps no more than MAX_TOPICS', () => {
    const many = Array.from({ length: 100 }, (_, index) => `#t${index}`);
    expect(normalizeTopics(many)).toEqual(many.slice(0, MAX_TOPICS));
  });
});

describe('extractTopics', () => {
  it.each([
    ['#Bitcoin and $BTC up', ['#Bitcoin', '$BTC']],
    ['up: $BTC, #Bitcoin!', ['#Bitcoin', '$BTC']],
    ['#東京 ＃大阪', ['#東京', '#大阪']],
    ['(#one)#two "$THREE" [$F]', ['#one', '#two', '$THREE', '$F']],
    ['$BRK.B $RDS_A', ['$BRK.B', '$RDS_A']],
    ['we are #1, #100 #2024goals #x2', ['#2024goals', '#x2']],
    ['a#b &#39; https://x.com/#top _#c', []],
    ['$100 US$ $TOOLONGX $a$b', []],
    ['no topic at all # $ ##', []],
    // Joined by a zero width non-joiner, a middle dot and a wave dash.
    ['#می\u200cخواهم برم', ['#می\u200cخواهم']],
    ['#スター・ウォーズ、#ベスト〜', ['#スター・ウォーズ', '#ベスト〜']],
    ['#paral·lel ·#x', ['#paral·lel']],
    ['#BTC/#ETH ❤️#love #\ufe0f\u20e3x', ['#BTC', '#ETH', '#love']],
    ['#a#b #foo://x', []],
    ['https://t.co/a#b、#c', ['#c']],
  ])('%j holds %j', (text, topics) => {
    expect([...extractTopics(text)]).toEqual(topics);
  });
});
