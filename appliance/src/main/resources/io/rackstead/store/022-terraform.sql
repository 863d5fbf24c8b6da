-- what Terraform and OpenTofu keep with us, sealed, by person and path
create table terraform_state (
  id bigint primary key,
  username varchar(150) not null references person (username),
  path varchar(200) not null,
  head bigint not null,
  lock_id varchar(200) not null,
  lock_info varchar not null,
  unique (username, path)
);

-- each that was ever written, the latest fifty of them
create table terraform_version (
  id bigint primary key,
  state_id bigint not null references terraform_state (id) on delete cascade,
  version bigint not null,
  at timestamp(6) with time zone not null,
  actor varchar(160) not null,
  sha256 varchar(64) not null,
  bytes bigint not null,
  unique (state_id, version)
);

-- a row is limited, a state is not as small
create table terraform_part (
  id bigint primary key,
  version_id bigint not null references terraform_version (id) on delete cascade,
  part int not null,
  sealed bytea not null,
  unique (version_id, part)
);
