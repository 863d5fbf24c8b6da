create table zone (
  id bigint primary key,
  name varchar(256) not null unique,
  description varchar(4000) not null
);

insert into zone (id, name, description) values (1, 'default', '');

create table pool (
  id bigint primary key,
  name varchar(256) not null unique,
  description varchar(4000) not null
);

insert into pool (id, name, description) values (0, 'default', 'Default pool');

create table tag (
  id bigint primary key,
  name varchar(256) not null unique,
  comment varchar(4000) not null,
  definition varchar(4000) not null,
  kernel_opts varchar(4000) not null
);

-- a script has a number, what it says of itself, and every content it ever had
alter table script add column id bigint not null;
alter table script add column meta varchar default '{}' not null;

create table script_revision (
  id bigint primary key,
  script_name varchar(100) not null references script (name) on delete cascade on update cascade,
  comment varchar(4000) not null,
  created_at timestamp(6) with time zone not null,
  content bytea not null check (octet_length(content) <= 1048576)
);

-- what a step came to is a script result to those who ask by number
alter table step add column id bigint not null;
alter table step add column suppressed boolean default false not null;

create index step_id on step (id);

create table stored_file (
  id bigint primary key,
  owner varchar(150) not null,
  filename varchar(255) not null,
  access_key varchar(40) not null unique,
  content bytea not null check (octet_length(content) <= 1048576),
  unique (owner, filename)
);

create table setting (
  name varchar(100) primary key,
  content varchar not null
);

-- the number of an image, kept as long as the image or its upload is there
create table boot_resource (
  id bigint primary key,
  osystem varchar(64) not null,
  series varchar(64) not null,
  arch varchar(20) not null,
  title varchar(256) not null,
  upload varchar,
  unique (osystem, series, arch)
);

create table boot_source (
  id bigint primary key,
  url varchar(2000) not null unique,
  keyring_filename varchar(1000) not null,
  keyring_data varchar not null,
  created_at timestamp(6) with time zone not null,
  updated_at timestamp(6) with time zone not null
);

create table boot_source_selection (
  id bigint primary key,
  boot_source_id bigint not null references boot_source (id) on delete cascade,
  os varchar(64) not null,
  series varchar(64) not null,
  document varchar not null,
  unique (boot_source_id, os, series)
);

create table device (
  id varchar(12) primary key,
  hostname varchar(253) not null unique,
  owner varchar(150) not null,
  document varchar not null
);

create table device_interface (
  id bigint primary key,
  device_id varchar(12) not null references device (id) on delete cascade,
  mac varchar(17) not null unique
);

create table notification (
  id bigint primary key,
  ident varchar(40) unique,
  document varchar not null
);

create table notification_dismissed (
  notification_id bigint not null references notification (id) on delete cascade,
  username varchar(150) not null,
  primary key (notification_id, username)
);

create table package_repository (
  id bigint primary key,
  name varchar(100) not null unique,
  document varchar not null
);

create table license_key (
  osystem varchar(64) not null,
  series varchar(64) not null,
  primary key (osystem, series)
);

create table node_device (
  id bigint primary key,
  machine_id varchar(12) not null references machine (id) on delete cascade,
  address varchar(60) not null,
  unique (machine_id, address)
);
