import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readStageConfig } from '../../lib/stage-config.ts';
import { ServiceError } from '../../service/domain/errors.ts';
import { problemOf } from '../../service/http/problem.ts';
import { allOf, CONTEXT, synthesize } from './synthesize.ts';

const dev = synthesize(CONTEXT.dev);
const prod = synthesize(CONTEXT.prod);

describe('the firewall', () => {
  it('stands before prod, and before dev on request', () => {
    expect(allOf(dev, 'AWS::WAFv2::WebACLAssociation')).toHaveLength(0);
    expect(allOf(prod, 'AWS::WAFv2::WebACLAssociation')).toHaveLength(1);
    const wanted = synthesize({ ...CONTEXT.dev, webFirewall: 'true' });
    expect(allOf(wanted, 'AWS::WAFv2::WebACLAssociation')).toHaveLength(1);
  });

  it('counts, but lets through, what ordinary posts look like', () => {
    const [acl] = allOf(prod, 'AWS::WAFv2::WebACL');
    const group = acl?.Properties.Rules[1].Statement.ManagedRuleGroupStatement;
    expect(group.Name).toBe('AWSManagedRulesCommonRuleSet');
    expect(group.RuleActionOverrides).toEqual(
      [
        'SizeRestrictions_BODY',
        'SizeRestrictions_QUERYSTRING',
        'CrossSiteScripting_BODY',
        'GenericLFI_BODY',
        'GenericRFI_BODY',
        'EC2MetaDataSSRF_BODY',
      ].map((Name) => ({ Name, ActionToUse: { Count: {} } })),
    );
  });

  const RATE_LIMITED = {
    Block: {
      CustomResponse: {
        ResponseCode: 429,
        CustomResponseBodyKey: 'rate-limited',
        ResponseHeaders: [{ Name: 'Retry-After', Value: '60' }],
      },
    },
  };

  it('limits the rate of each address where there are no API keys', () => {
    const [acl] = allOf(prod, 'AWS::WAFv2::WebACL');
    const [rate, ...others] = acl?.Properties.Rules ?? [];
    expect(rate).toMatchObject({
      Action: RATE_LIMITED,
      Statement: {
        RateBasedStatement: { Limit: 20_000, EvaluationWindowSec: 300, AggregateKeyType: 'IP' },
      },
    });
    expect(others).toHaveLength(1);
  });

  it('limits the rate of each API key, and of an address ten times higher, where there are keys', () => {
    const apiKeysSecretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:k-AbCdEf';
    const [acl] = allOf(
      synthesize({ ...CONTEXT.prod, apiKeysSecretArn, requestsPerFiveMinutes: '3000' }),
      'AWS::WAFv2::WebACL',
    );
    const [key, address, common] = acl?.Properties.Rules ?? [];
    expect(key).toMatchObject({
      Action: RATE_LIMITED,
      Statement: {
        RateBasedStatement: {
          Limit: 3_000,
          AggregateKeyType: 'CUSTOM_KEYS',
          CustomKeys: [{ Header: { Name: 'x-api-key' } }],
        },
      },
    });
    expect(address).toMatchObject({
      Action: RATE_LIMITED,
      Statement: { RateBasedStatement: { Limit: 30_000, AggregateKeyType: 'IP' } },
    });
    expect(common.Priority).toBe(2);
  });

  it('answers too many requests with the problem document of the service', () => {
    const [acl] = allOf(prod, 'AWS::WAFv2::WebACL');
    const body = acl?.Properties.CustomResponseBodies['rate-limited'];
    expect(body.ContentType).toBe('APPLICATION_JSON');
    const { detail, ...problem } = JSON.parse(body.Content);
    const error = new ServiceError('rate_limited', detail, true, { retryAfterSeconds: 60 });
    const { requestId, ...expected } = problemOf(error, 'any');
    expect({ detail, ...problem }).toEqual(expected);
  });

  it("lets the load of the README's cost example through from one address", () => {
    const [, perDay = ''] =
      readFileSync('README.md', 'utf8').match(/--requests-per-day\s+(\d+)/) ?? [];
    const perFiveMinutes = (Number(perDay) * 300) / 86_400;
    const { requestsPerFiveMinutes } = readStageConfig(CONTEXT.prod);
    // Five times the mean for the busy hours of a day.
    expect(requestsPerFiveMinutes).toBeGreaterThan(5 * perFiveMinutes);
    expect(perFiveMinutes).toBeGreaterThan(0);
  });

  it('logs neither credentials nor queries, also not where a rule counts or matches by them', () => {
    prod.of('service').hasResourceProperties('AWS::WAFv2::LoggingConfiguration', {
      RedactedFields: [
        { SingleHeader: { Name: 'authorization' } },
        { SingleHeader: { Name: 'x-api-key' } },
        { SingleHeader: { Name: 'x-release-check' } },
        { QueryString: {} },
      ],
    });
    const [acl] = allOf(prod, 'AWS::WAFv2::WebACL');
    expect(acl?.Properties.DataProtectionConfig.DataProtections).toEqual(
      [
        {
          FieldType: 'SINGLE_HEADER',
          FieldKeys: ['authorization', 'x-api-key', 'x-release-check'],
        },
        { FieldType: 'QUERY_STRING' },
        { FieldType: 'BODY' },
      ].map((Field) => ({ Field, Action: 'SUBSTITUTION' })),
    );
    expect(JSON.stringify(acl)).not.toContain('"SampledRequestsEnabled":true');
  });

  it('logs no header by whose value a rate is counted', () => {
    const apiKeysSecretArn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:k-AbCdEf';
    const [acl] = allOf(synthesize({ ...CONTEXT.prod, apiKeysSecretArn }), 'AWS::WAFv2::WebACL');
    const counted = [
      ...JSON.stringify(acl?.Properties.Rules).matchAll(/"Header":\{"Name":"([^"]+)"/g),
    ];
    expect(counted.map(([, name]) => name)).toEqual(['x-api-key']);
    const [headers] = acl?.Properties.DataProtectionConfig.DataProtections ?? [];
    expect(headers.Field.FieldKeys).toEqual(
      expect.arrayContaining(counted.map(([, name]) => name)),
    );
  });
});
