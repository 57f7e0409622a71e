import { X509Certificate } from 'node:crypto';
import { rootCertificates } from 'node:tls';
import {
  ACMClient,
  type CertificateDetail,
  DescribeCertificateCommand,
  GetCertificateCommand,
} from '@aws-sdk/client-acm';
import type { StageConfig } from '../../lib/stage-config.ts';
import { otherRegion, regionOf, unlessMissing } from './aws-answers.ts';
import type { Check, Finding } from './finding.ts';

const REMEDY = 'Give an issued certificate of the region deployed to, for the domain name.';

export function certificateCheck(config: StageConfig, CertificateArn: string): Check['run'] {
  const missing = { found: 'missing in this region', remedy: REMEDY };
  return (abortSignal) =>
    unlessMissing('ResourceNotFound', missing, async () => {
      const client = new ACMClient({});
      const region = await client.config.region();
      if (regionOf(CertificateArn) !== region) return otherRegion(CertificateArn, region, REMEDY);
      const input = { CertificateArn };
      const options = { abortSignal };
      const { Certificate = {} } = await client.send(
        new DescribeCertificateCommand(input),
        options,
      );
      const finding = judgeCertificate(Certificate, config);
      const isChecked = config.deployment === 'canary' || config.probe;
      if (finding.state !== 'ok' || !isChecked || Certificate.Type === 'AMAZON_ISSUED') {
        return finding;
      }
      const answer = await client.send(new GetCertificateCommand(input), options);
      return isTrusted(`${answer.Certificate}\n${answer.CertificateChain}`)
        ? finding
        : {
            state: 'fail',
            found: 'signed by an authority that Node.js does not trust',
            remedy:
              'The golden hook and the probe refuse it: give a certificate of a public authority with its chain, or set deployment=rolling and probe=false.',
          };
    });
}

function judgeCertificate(
  { Status, SubjectAlternativeNames: names = [] }: CertificateDetail,
  { domainName }: StageConfig,
): Finding {
  if (Status !== 'ISSUED') return { state: 'fail', found: `status ${Status}`, remedy: REMEDY };
  return domainName === undefined || names.some((name) => covers(name, domainName))
    ? { state: 'ok', found: names.join(', ') }
    : { state: 'fail', found: `for ${names.join(', ')}, not ${domainName}`, remedy: REMEDY };
}

/** A wildcard covers one label. */
export function covers(name: string, domainName: string): boolean {
  return name === domainName || name === domainName.replace(/^[^.]+/, '*');
}

/**
 * True if a root certificate of Node.js has signed one of the certificates. ACM sees to it that they are a chain.
 *
 * @param pem a certificate and its chain
 */
export function isTrusted(pem: string): boolean {
  const roots = rootCertificates.map((root) => new X509Certificate(root));
  return [...pem.matchAll(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g)]
    .map(([one]) => new X509Certificate(one))
    .some((one) => roots.some((root) => one.checkIssued(root) && one.verify(root.publicKey)));
}
