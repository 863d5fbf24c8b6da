-- which machines become what: one document, so that its order is never half changed
create table policy_table (
  id bigint primary key,
  version bigint not null,
  document varchar not null
);

-- machines that wait for a line to take them, in the order in which they came
create table policy_wish (
  id bigint primary key,
  machine_id varchar(12) not null unique references machine (id) on delete cascade,
  asked varchar(20) not null,
  asked_by varchar(160) not null
);

-- machines that a line took; it holds until they are free again
create table policy_binding (
  id bigint primary key,
  machine_id varchar(12) not null unique references machine (id) on delete cascade,
  policy varchar(64) not null,
  role varchar(64) not null,
  target varchar(64) not null,
  epoch bigint not null,
  at timestamp(6) with time zone not null
);

-- where machines can be handed to; their secrets are in the vault
create table handover_target (
  id bigint primary key,
  name varchar(64) not null unique,
  broker varchar(64) not null,
  document varchar not null
);

-- that a machine was handed over is on disk before it is, under the id that goes with it
create table handover (
  id bigint primary key,
  machine_id varchar(12) not null references machine (id) on delete cascade,
  handover_id varchar(64) not null unique,
  target varchar(64) not null,
  epoch bigint not null,
  state varchar(20) not null,
  tries int not null,
  due_at timestamp(6) with time zone not null,
  deadline timestamp(6) with time zone not null,
  document varchar not null
);
