import { CfnTable } from 'aws-cdk-lib/aws-glue';
import type { Construct } from 'constructs';
import type { Column } from '../../service/contract/offline.ts';

export interface RecordTableProps {
  readonly catalogId: string;
  readonly databaseName: string;
  readonly tableName: string;
  readonly description: string;
  readonly columns: Readonly<Record<string, Column>>;
  /** s3:// address of the folder, with a closing slash. */
  readonly location: string;
  readonly format: 'parquet' | 'csv';
  /** Folder level yyyy-MM-dd; partition projection replaces a crawler. */
  readonly dateFolder?: { readonly column: string; readonly firstDay: string };
}

const FORMATS = {
  parquet: {
    inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
    serdeInfo: {
      serializationLibrary: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
    },
    parameters: { classification: 'parquet' },
  },
  csv: {
    inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
    outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
    serdeInfo: {
      serializationLibrary: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
      parameters: { 'field.delim': ',' },
    },
    parameters: { classification: 'csv', 'skip.header.line.count': '1' },
  },
} as const;

/** External table with the columns of a record of the contract. */
export class RecordTable extends CfnTable {
  constructor(scope: Construct, id: string, props: RecordTableProps) {
    const { parameters, ...format } = FORMATS[props.format];
    const { dateFolder } = props;
    super(scope, id, {
      catalogId: props.catalogId,
      databaseName: props.databaseName,
      tableInput: {
        name: props.tableName,
        description: props.description,
        tableType: 'EXTERNAL_TABLE',
        parameters: { EXTERNAL: 'TRUE', ...parameters, ...(dateFolder && projection(props)) },
        ...(dateFolder && { partitionKeys: [{ name: dateFolder.column, type: 'string' }] }),
        storageDescriptor: {
          ...format,
          location: props.location,
          columns: Object.entries(props.columns).map(([name, { type, description }]) => ({
            name,
            type,
            comment: description,
          })),
        },
      },
    });
  }
}

function projection({ dateFolder, location }: RecordTableProps): Record<string, string> {
  if (!dateFolder) return {};
  const { column, firstDay } = dateFolder;
  return {
    'projection.enabled': 'true',
    [`projection.${column}.type`]: 'date',
    [`projection.${column}.format`]: 'yyyy-MM-dd',
    [`projection.${column}.range`]: `${firstDay},NOW`,
    [`projection.${column}.interval`]: '1',
    [`projection.${column}.interval.unit`]: 'DAYS',
    'storage.location.template': `${location}${column}=\${${column}}/`,
  };
}
