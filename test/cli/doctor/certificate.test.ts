import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { afterAll, describe, expect, it } from '@jest/globals';
import { covers, isTrusted } from '../../../cli/doctor/certificate.ts';
import { makeCertificate } from '../../helpers/certificate.ts';

describe('the check of a certificate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([
    ['a.example.org', true],
    ['*.example.org', true],
    ['*.org', false],
    ['example.org', false],
  ])('finds that one for %s covers a.example.org: %s', (name, covered) => {
    expect(covers(name, 'a.example.org')).toBe(covered);
  });

  it('trusts the authorities that Node.js trusts, and no certificate that signed itself', () => {
    const own = makeCertificate(folder, 'a.example.org').cert.toString();
    expect(isTrusted(own)).toBe(false);
    expect(isTrusted(`${own}\n${own}`)).toBe(false);
    expect(isTrusted(`${own}\n${rootCertificates[0]}`)).toBe(true);
  });
});
