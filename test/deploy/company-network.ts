const subnet = (index: number) => ({
  Type: 'AWS::EC2::Subnet',
  Properties: {
    VpcId: { Ref: 'Vpc' },
    CidrBlock: `10.9.${index}.0/24`,
    AvailabilityZone: { 'Fn::Select': [index, { 'Fn::GetAZs': '' }] },
  },
});

/** Template of a VPC that a company already has, with a subnet for each of two zones. */
export const COMPANY_NETWORK = {
  Resources: {
    Vpc: { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.9.0.0/16' } },
    First: subnet(0),
    Second: subnet(1),
  },
  Outputs: {
    Vpc: { Value: { Ref: 'Vpc' } },
    First: { Value: { Ref: 'First' } },
    Second: { Value: { Ref: 'Second' } },
  },
};
