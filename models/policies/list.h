// The list of policies. A new one adds its #include and its name here, and nothing elsewhere.
#pragma once

#include "models/paper_metric.h"
#include "models/policies/adakv.h"
#include "models/policies/chunkkv.h"
#include "models/policies/compose.h"
#include "models/policies/decoding_press.h"
#include "models/policies/dms.h"
#include "models/policies/finch.h"
#include "models/policies/full.h"
#include "models/policies/head_roles.h"
#include "models/policies/knorm.h"
#include "models/policies/kvcompose.h"
#include "models/policies/kvzip.h"
#include "models/policies/locret.h"
#include "models/policies/lukv.h"
#include "models/policies/moa.h"
#include "models/policies/pyramidkv.h"
#include "models/policies/simlayerkv.h"
#include "models/policies/snapkv.h"
#include "models/policies/sparse_read.h"
#include "models/policies/streaming.h"
#include "models/policies/think.h"
#include "models/policies/topk.h"
#include "models/type_list.h"

namespace kvf {

// In the order in which they are listed to users.
using Policies = TypeList<Full, Streaming, HeadRoles, Moa, SnapKv, PyramidKv, TopK, Knorm, ChunkKv,
                          Finch, AdaKv, LuKv, KvZip, KvCompose, SimLayerKv, Locret, Dms, SparseRead,
                          Think, Compose, DecodingPress>;

}  // namespace kvf
