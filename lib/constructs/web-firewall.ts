import { RemovalPolicy } from 'aws-cdk-lib';
import type * as elbv2 from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import * as logs from 'aws-cdk-lib/aws-logs';
import { CfnLoggingConfiguration, CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { retention } from '../retention.ts';
import type { StageConfig } from '../stage-config.ts';
import { RATE_LIMITED_BODIES, rateRules, visibility } from './firewall-rate-rules.ts';

export interface WebFirewallProps {
  readonly config: StageConfig;
  readonly name: string;
  readonly loadBalancer: elbv2.IApplicationLoadBalancer;
}

/**
 * Rules of the common set that would reject ordinary requests: posts quote markup, paths, URLs and
 * addresses, batches are long, and 100 tweet ids make a query of more than 2,048 bytes.
 */
const ONLY_COUNTED = [
  'SizeRestrictions_BODY',
  'SizeRestrictions_QUERYSTRING',
  'CrossSiteScripting_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
  'EC2MetaDataSSRF_BODY',
];

/** Headers with credentials. */
const SECRET_HEADERS = ['authorization', 'x-api-key', 'x-release-check'];

/**
 * Fields whose values AWS WAF replaces in all that it stores. `redactedFields` of the log does not reach
 * the key by which a rate is counted, nor the data that a rule has matched, such as a piece of a post.
 */
const PROTECTED = [
  { fieldType: 'SINGLE_HEADER', fieldKeys: SECRET_HEADERS },
  { fieldType: 'QUERY_STRING' },
  { fieldType: 'BODY' },
];

/** Not logged: credentials, and the query, which names tweets and their authors. */
const REDACTED = [
  ...SECRET_HEADERS.map((Name) => ({ singleHeader: { Name } })),
  { queryString: {} },
];

/** Web ACL of the load balancer: AWS's common rules and a rate limit per API key or client address. */
export class WebFirewall extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, { config, name, loadBalancer }: WebFirewallProps) {
    super(scope, id);
    this.name = name;
    const rates = rateRules(config);
    const webAcl = new CfnWebACL(this, 'WebAcl', {
      name,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visibility(name),
      customResponseBodies: RATE_LIMITED_BODIES,
      dataProtectionConfig: {
        dataProtections: PROTECTED.map((field) => ({ field, action: 'SUBSTITUTION' })),
      },
      rules: [
        ...rates,
        {
          name: 'common',
          priority: rates.length,
          statement: {
            managedRuleGroupStatement: {
              vendorName: 'AWS',
              name: 'AWSManagedRulesCommonRuleSet',
              ruleActionOverrides: ONLY_COUNTED.map((rule) => ({
                name: rule,
                actionToUse: { count: {} },
              })),
            },
          },
          overrideAction: { none: {} },
          visibilityConfig: visibility('common'),
        },
      ],
    });
    new CfnWebACLAssociation(this, 'Association', {
      webAclArn: webAcl.attrArn,
      resourceArn: loadBalancer.loadBalancerArn,
    });
    const logGroup = new logs.LogGroup(this, 'Log', {
      // WAF writes only to log groups with this prefix.
      logGroupName: `aws-waf-logs-${name}`,
      ...retention(this, config),
      // A retained group would block the next deployment, which uses the same name.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new CfnLoggingConfiguration(this, 'Logging', {
      resourceArn: webAcl.attrArn,
      logDestinationConfigs: [logGroup.logGroupArn],
      redactedFields: REDACTED,
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [
              { ActionCondition: { Action: 'BLOCK' } },
              { ActionCondition: { Action: 'COUNT' } },
            ],
          },
        ],
      },
    });
  }
}
