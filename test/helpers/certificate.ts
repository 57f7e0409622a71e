import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Makes a key and a self-signed certificate for a name in a folder: Node can use them, but makes none. */
export function makeCertificate(folder: string, name: string) {
  const keyFile = join(folder, 'key.pem');
  const certificateFile = join(folder, 'certificate.pem');
  const args = [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
    ...['-days', '1', '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`],
    ...['-keyout', keyFile, '-out', certificateFile],
  ];
  try {
    execFileSync('openssl', args, { stdio: 'pipe' });
  } catch (cause) {
    throw new Error('This test needs openssl: apt-get install -y openssl', { cause });
  }
  return { certificateFile, key: readFileSync(keyFile), cert: readFileSync(certificateFile) };
}
